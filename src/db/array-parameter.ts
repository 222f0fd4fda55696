/** What an element may be. Those of `text[]`, `jsonb` and `json` are sent as texts, to be cast. */
export type ElementType =
  | 'text'
  | 'text[]'
  | 'jsonb'
  /** As it is: the bytes of its text, in UTF-8. */
  | 'json'
  | 'uuid'
  | 'timestamptz'
  | 'double precision'
  | 'boolean'

interface Element {
  /** Of PostgreSQL's catalogue (pg_type.dat), fixed for all time. */
  readonly oid: number
  /** Writes a value without its length. */
  write(out: Output, value: unknown): void
}

/** Postgres counts microseconds from here. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1)

const HEADER_BYTES = 20
const LENGTH_BYTES = 4
const TEXT_OID = 25

const text = (textOf: (value: unknown) => string): Element => ({
  oid: TEXT_OID,
  write: (out, value) => out.text(textOf(value)),
})

const elements: Record<ElementType, Element> = {
  text: text(String),
  'text[]': text((value) => textLiteral(value as readonly string[])),
  jsonb: text(JSON.stringify),
  json: { oid: TEXT_OID, write: (out, value) => out.append(value as Buffer) },
  uuid: { oid: 2950, write: (out, value) => out.hex((value as string).replaceAll('-', '')) },
  timestamptz: {
    oid: 1184,
    write: (out, value) => out.int64(BigInt((value as Date).getTime() - POSTGRES_EPOCH_MS) * 1000n),
  },
  'double precision': { oid: 701, write: (out, value) => out.double(value as number) },
  boolean: { oid: 16, write: (out, value) => out.byte(value === true ? 1 : 0) },
}

/**
 * An array as a parameter in Postgres's binary form (its array_recv reads it), which pg sends as it is. As text, every
 * value would be searched for what must be escaped, here and there, and copied several times.
 * @param values of that type; null or undefined where there is none.
 */
export function arrayParameter(type: ElementType, values: readonly unknown[]): Buffer {
  const { oid, write } = elements[type]
  const out = new Output()
  if (type === 'json') out.reserve(bytesOf(values as readonly (Buffer | null | undefined)[]))
  out.int32(values.length === 0 ? 0 : 1) // dimensions
  out.int32(1) // some may be null
  out.int32(oid)
  if (values.length > 0) {
    out.int32(values.length)
    out.int32(1) // the first one's index
  }
  for (const value of values) {
    if (value === null || value === undefined) {
      out.int32(-1)
      continue
    }
    const lengthAt = out.end
    out.int32(0)
    write(out, value)
    out.setInt32(lengthAt, out.end - lengthAt - LENGTH_BYTES)
  }
  return out.bytes()
}

/** What an array of those takes: to make room at once is to copy once. */
function bytesOf(values: readonly (Buffer | null | undefined)[]): number {
  return values.reduce((sum, value) => sum + LENGTH_BYTES + (value?.length ?? 0), HEADER_BYTES)
}

/** An array inside an array would have to have rows of one length. */
function textLiteral(texts: readonly string[]): string {
  return `{${texts.map((each) => `"${each.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/** Where every array begins to be written; what is larger gets a place of its own. */
const scratch = Buffer.allocUnsafeSlow(128 * 1024)

/** Bytes that are appended. Only one is written at a time. */
class Output {
  end = 0
  #buffer = scratch

  int32(value: number): void {
    this.reserve(4)
    this.end = this.#buffer.writeInt32BE(value, this.end)
  }

  setInt32(at: number, value: number): void {
    this.#buffer.writeInt32BE(value, at)
  }

  int64(value: bigint): void {
    this.reserve(8)
    this.end = this.#buffer.writeBigInt64BE(value, this.end)
  }

  double(value: number): void {
    this.reserve(8)
    this.end = this.#buffer.writeDoubleBE(value, this.end)
  }

  byte(value: number): void {
    this.reserve(1)
    this.end = this.#buffer.writeUInt8(value, this.end)
  }

  hex(digits: string): void {
    this.reserve(digits.length / 2)
    this.end += this.#buffer.write(digits, this.end, 'hex')
  }

  text(value: string): void {
    // A UTF-16 unit takes three bytes of UTF-8 at most.
    this.reserve(value.length * 3)
    this.end += this.#buffer.write(value, this.end)
  }

  append(bytes: Buffer): void {
    this.reserve(bytes.length)
    this.end += bytes.copy(this.#buffer, this.end)
  }

  bytes(): Buffer {
    const written = this.#buffer.subarray(0, this.end)
    return this.#buffer === scratch ? Buffer.from(written) : written
  }

  /** Makes room for what is to come. */
  reserve(bytes: number): void {
    const needed = this.end + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length))
    this.#buffer.copy(larger, 0, 0, this.end)
    this.#buffer = larger
  }
}
