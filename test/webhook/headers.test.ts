import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { headersAsSent, soleHeader } from '../../src/webhook/headers.ts'
import * as legacy from '../../src/webhook/legacy.ts'
import { groupKeys } from '../../src/webhook/secrets.ts'
import * as standard from '../../src/webhook/standard.ts'
import { SignatureError, verify } from '../../src/webhook/verify.ts'
import t from '../helper/tap.ts'

const key = Buffer.alloc(32, 3)
const keys = groupKeys([
  { scheme: 'standard', key },
  { scheme: 'legacy', key },
])
const body = Buffer.from('{"type":"message.received","data":{}}')
const signedAt = new Date(1_700_000_000_000)
const standardHeaders = standard.sign({ key, id: 'msg_1', timestamp: signedAt, body })
const legacySignature = legacy.sign({ key, timestamp: signedAt, body })['openphone-signature']

type Sent = { [name: string]: string | string[] }

t.test('headers over real HTTP', async (t) => {
  const server = createServer((incoming, response) => response.end(JSON.stringify(outcomes(incoming))))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  // A server listening on TCP has an address with a port.
  const { port } = server.address() as AddressInfo

  async function send(headers: Sent): Promise<unknown> {
    const outgoing = request({ port, host: '127.0.0.1', method: 'POST', headers, agent: false })
    outgoing.end()
    const [response]: IncomingMessage[] = await once(outgoing, 'response')
    let text = ''
    for await (const chunk of response ?? []) text += chunk
    return JSON.parse(text)
  }

  t.test('are verified from rawHeaders, headersDistinct and headers alike', async (t) => {
    const all = { asSent: 'standard', distinct: 'standard', joined: 'standard' }
    t.strictSame(await send(standardHeaders), all)
    t.strictSame(await send({ 'Webhook-Id': 'msg_1', ...withoutId() }), all, 'whatever the case of names')
  })

  for (const [name, value] of Object.entries(standardHeaders)) {
    t.test(`with ${name} sent twice are refused, even when both are right`, async (t) => {
      const refusal = `The signature cannot be checked: the header ${name} was sent more than once.`
      const refused = { asSent: refusal, distinct: refusal, joined: refusal }
      t.strictSame(await send({ ...standardHeaders, [name]: [value, value] }), refused)
      t.strictSame(await send({ ...standardHeaders, [name]: ['', value] }), refused, 'the first one empty')
      t.strictSame(await send({ ...standardHeaders, [name]: [value, ''] }), refused, 'the second one empty')
    })
  }

  t.test('with openphone-signature sent twice are refused', async (t) => {
    const refusal = 'The signature cannot be checked: the header openphone-signature was sent more than once.'
    t.strictSame(await send({ 'openphone-signature': [legacySignature, legacySignature] }), {
      asSent: refusal,
      distinct: refusal,
      joined: refusal,
    })
  })

  t.test('as sent, one header with a list of a comma and a space is not taken as two', async (t) => {
    const list = `${legacySignature}, ${legacySignature}`
    t.match(await send({ 'openphone-signature': list }), {
      asSent: 'legacy',
      distinct: 'legacy',
      joined: /more/,
    })
  })
})

t.test('only the headers that signatures use are kept, under lower-case names', async (t) => {
  const raw = ['Host', 'x', 'X-OpenPhone-Signature', 'a', 'webhook-id', 'b', 'WEBHOOK-ID', 'c', 'Cookie', 'd']
  t.strictSame(headersAsSent(raw), { 'x-openphone-signature': ['a'], 'webhook-id': ['b', 'c'] })
  t.strictSame(headersAsSent([]), {})
  t.strictSame(headersAsSent(['__proto__', 'x', 'constructor', 'y']), {})
})

t.test('an id with a comma in it is not taken as two', async (t) => {
  t.equal(soleHeader({ 'webhook-id': 'a,b' }, 'webhook-id'), 'a,b')
})

function withoutId(): Sent {
  const { 'webhook-id': _, ...others } = standardHeaders
  return others
}

function outcomes(incoming: IncomingMessage) {
  const outcome = (headers: Parameters<typeof verify>[0]['headers']) => {
    try {
      return verify({ headers, body, keys, toleranceSeconds: 300, now: signedAt.getTime() }).scheme
    } catch (error) {
      return error instanceof SignatureError ? error.message : String(error)
    }
  }
  return {
    asSent: outcome(headersAsSent(incoming.rawHeaders)),
    distinct: outcome(incoming.headersDistinct),
    joined: outcome(incoming.headers),
  }
}
