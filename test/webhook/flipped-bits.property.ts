import t, { type Test } from 'tap'
import { WEBHOOK_PATH } from '../../src/http/webhook-route.ts'
import { PipelinedConnection } from '../hostile/pipeline.ts'
import { createServer, eventBody, signed, signedHex, signedLegacy } from '../http/helper.ts'

const LINES_IN_FLIGHT = 8

type Headers = Record<string, string>

const schemes: Record<string, (body: Buffer, id: string) => Headers> = {
  standard: (body, id) => signed(body, { id }),
  legacy: (body) => signedLegacy(body),
  hex: (body) => signedHex(body),
}

for (const [scheme, sign] of Object.entries(schemes)) {
  t.test(`${scheme}: no bit of header or body can be flipped`, async (t) => {
    const connection = await connect(t)
    const body = Buffer.from(eventBody(`EV-${scheme}`))
    const headers = sign(body, 'msg_flipped')

    /** Everything that is one bit off; a header is sent as the bytes it is. */
    const spoilt: { what: string; request: Buffer }[] = []
    for (const [name, value] of Object.entries(headers)) {
      for (const { bit, bytes } of flips(Buffer.from(value, 'latin1'))) {
        const text = bytes.toString('latin1')
        // The digits of a hexadecimal number mean the same in either case.
        if (scheme === 'hex' && text.toLowerCase() === value.toLowerCase()) continue
        // These end a header's line, or the request, before anybody reads the signature: see below.
        if (isControlAmong(bytes)) continue
        spoilt.push({ what: `bit ${bit} of ${name}`, request: post({ ...headers, [name]: text }, body) })
      }
    }
    for (const { bit, bytes } of flips(body)) {
      spoilt.push({ what: `bit ${bit} of the body`, request: post(headers, bytes) })
    }

    const statuses = await statusesOf(connection, spoilt)
    const accepted = spoilt.flatMap(({ what }, index) =>
      statuses[index] === 400 ? [] : [`${what}: ${statuses[index]}`],
    )
    t.same(accepted, [], `${spoilt.length} requests`)
    t.ok(spoilt.length > 8 * body.length)
    t.equal(await connection.send(post(headers, body)), 200, 'as it was, it is accepted')
  })

  t.test(`${scheme}: a body that is signed anew is accepted whichever bit is flipped`, async (t) => {
    const connection = await connect(t)
    const body = Buffer.from(eventBody(`EV-${scheme}-anew`))
    const anew = flips(body).map(({ bit, bytes }) => ({
      what: `bit ${bit}`,
      request: post(sign(bytes, `msg_${bit}`), bytes),
    }))
    const statuses = await statusesOf(connection, anew)
    // What is no event any more is told so, and not that its signature were wrong.
    t.same(new Set(statuses), new Set([200, 422]))
  })
}

t.test('a bit that makes a control character of a header ends the request', async (t) => {
  const { listen, outbox } = createServer(t)
  const port = await listen()
  const body = Buffer.from(eventBody())
  const headers = signed(body)
  const statuses: number[] = []
  for (const [name, value] of Object.entries(headers)) {
    for (const { bytes } of flips(Buffer.from(value, 'latin1'))) {
      if (!isControlAmong(bytes)) continue
      const connection = new PipelinedConnection(port)
      statuses.push(await connection.send(post({ ...headers, [name]: bytes.toString('latin1') }, body)))
      connection.close()
    }
  }
  t.same(new Set(statuses), new Set([400]))
  t.equal(outbox.stored.size, 0)
})

function isControlAmong(bytes: Buffer): boolean {
  return bytes.some((byte) => (byte < 0x20 && byte !== 0x09) || byte === 0x7f)
}

async function connect(t: Test): Promise<PipelinedConnection> {
  const { listen } = createServer(t, { config: { badSignaturesPerMinute: 1_000_000 } })
  const connection = new PipelinedConnection(await listen())
  t.teardown(() => connection.close())
  return connection
}

async function statusesOf(
  connection: PipelinedConnection,
  requests: readonly { request: Buffer }[],
): Promise<number[]> {
  const statuses: number[] = []
  for (let start = 0; start < requests.length; start += LINES_IN_FLIGHT) {
    const some = requests.slice(start, start + LINES_IN_FLIGHT)
    statuses.push(...(await Promise.all(some.map(({ request }) => connection.send(request)))))
  }
  return statuses
}

/** The bytes with one bit flipped, once for each bit. */
function flips(bytes: Buffer): { bit: number; bytes: Buffer }[] {
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    return { bit, bytes: flipped }
  })
}

function post(headers: Headers, body: Buffer): Buffer {
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.concat([
    Buffer.from(`POST ${WEBHOOK_PATH} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
    body,
  ])
}
