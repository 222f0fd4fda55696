import type { KeyObject } from 'node:crypto'
import { digestsEqual, hmacSha256, readBase64Digest } from './digest.ts'
import { type RequestHeaders, soleHeader } from './headers.ts'
import { isInWindow, type ReplayWindow, requireInWindow } from './replay-window.ts'
import { SignatureError } from './signature-error.ts'

const header = 'openphone-signature'

/** Each entry costs an HMAC of the whole body per key, before anything is proven: so few are looked at. */
const maxEntries = 8

interface Entry {
  readonly timestamp: string
  readonly digest: Buffer
}

/**
 * Checks a delivery signed the older way: `hmac;1;<timestamp>;<base64>` entries separated by commas, each over
 * `{timestamp}.{body}`, the timestamp in milliseconds (ten digits: seconds). Other entries are passed over.
 * @throws SignatureError
 */
export function verify(
  headers: RequestHeaders,
  body: Buffer,
  keys: readonly KeyObject[],
  window: ReplayWindow,
): void {
  const entries = readEntries(soleHeader(headers, header))
  let matchedMilliseconds: number | undefined
  for (const entry of entries) {
    if (!matchesAny(entry, body, keys)) continue
    matchedMilliseconds = toMilliseconds(entry.timestamp)
    if (isInWindow(matchedMilliseconds, window)) return
  }
  if (matchedMilliseconds === undefined) {
    throw new SignatureError('signature', `The signature in the header ${header} does not match.`)
  }
  requireInWindow(matchedMilliseconds, window, `the header ${header}`)
}

/** The header of a delivery signed at `timestamp`. */
export function sign(delivery: { key: Buffer; timestamp: Date; body: Buffer }) {
  const milliseconds = delivery.timestamp.getTime()
  const digest = hmacSha256(delivery.key, `${milliseconds}.`, delivery.body)
  return { [header]: `hmac;1;${milliseconds};${digest.toString('base64')}` } as const
}

function readEntries(value: string): Entry[] {
  const texts = value.split(',', maxEntries + 1)
  if (texts.length > maxEntries) {
    throw new SignatureError('signature', `The header ${header} holds more than ${maxEntries} signatures.`)
  }
  const entries: Entry[] = []
  for (const text of texts) {
    const entry = readEntry(text.trim())
    if (entry !== null) entries.push(entry)
  }
  if (entries.length > 0) return entries
  throw new SignatureError(
    'signature',
    `The signature in the header ${header} is malformed: it must be hmac;1;<timestamp in milliseconds>;<base64>.`,
  )
}

function readEntry(text: string): Entry | null {
  const [algorithm, version, timestamp = '', base64 = '', ...more] = text.split(';')
  if (algorithm !== 'hmac' || version !== '1' || more.length > 0) return null
  // Fifteen digits keep the number exact; the window refuses what is absurd.
  if (!/^\d{1,15}$/.test(timestamp)) return null
  const digest = readBase64Digest(base64)
  return digest === null ? null : { timestamp, digest }
}

function matchesAny(entry: Entry, body: Buffer, keys: readonly KeyObject[]): boolean {
  for (const key of keys) {
    if (digestsEqual(hmacSha256(key, `${entry.timestamp}.`, body), entry.digest)) return true
  }
  return false
}

function toMilliseconds(timestamp: string): number {
  return timestamp.length === 10 ? Number(timestamp) * 1000 : Number(timestamp)
}
