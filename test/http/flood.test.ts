import { WEBHOOK_PATH } from '../../src/http/webhook-route.ts'
import t from '../helper/tap.ts'
import { createServer, eventBody, signed, type TestServer } from './helper.ts'

/** Delivers from an address that a trusted proxy names. */
function from(address: string, { server }: TestServer, headers: Record<string, string>, body = eventBody()) {
  return server.inject({
    method: 'POST',
    url: WEBHOOK_PATH,
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...headers },
    payload: body,
  })
}

const unsigned = {}
const config = { badSignaturesPerMinute: 3, trustProxy: true }

t.test('bad signatures above the limit are answered 429 with Retry-After', async (t) => {
  const it = createServer(t, { config })
  for (let n = 1; n <= 3; n++) t.equal((await from('192.0.2.1', it, unsigned)).statusCode, 400)
  const answer = await from('192.0.2.1', it, unsigned)
  t.equal(answer.statusCode, 429)
  t.equal(answer.headers['content-type'], 'application/problem+json')
  t.match(answer.json(), { type: '/problems/too-many-bad-signatures', status: 429 })
  const retryAfter = Number(answer.headers['retry-after'])
  t.ok(retryAfter >= 1 && retryAfter <= 60, `retry after ${retryAfter} s`)
})

t.test('good signatures are taken from an address that floods with bad ones', async (t) => {
  const it = createServer(t, { config })
  for (let n = 1; n <= 10; n++) await from('192.0.2.1', it, unsigned)
  t.equal((await from('192.0.2.1', it, signed(eventBody()))).statusCode, 200)
})

t.test('good signatures are not counted', async (t) => {
  const it = createServer(t, { config })
  for (let n = 1; n <= 10; n++) {
    const body = eventBody(`EV${n}`)
    t.equal((await from('192.0.2.1', it, signed(body, { id: `m${n}` }), body)).statusCode, 200)
  }
  t.equal((await from('192.0.2.1', it, unsigned)).statusCode, 400)
})

t.test(
  'a good signature with an old timestamp or a bad envelope is neither counted nor limited',
  async (t) => {
    const it = createServer(t, { config })
    const old = signed(eventBody(), { at: new Date(0) })
    for (let n = 1; n <= 10; n++)
      t.match((await from('192.0.2.1', it, old)).json(), { type: '/problems/timestamp' })
    for (let n = 1; n <= 10; n++) t.equal((await from('192.0.2.1', it, signed('{}'), '{}')).statusCode, 422)
    t.equal((await from('192.0.2.1', it, unsigned)).statusCode, 400)
  },
)

t.test('addresses are counted apart, an IPv6 network together', async (t) => {
  const it = createServer(t, { config })
  for (let n = 1; n <= 4; n++) await from('192.0.2.1', it, unsigned)
  t.equal((await from('192.0.2.2', it, unsigned)).statusCode, 400)
  for (let n = 1; n <= 3; n++) t.equal((await from(`2001:db8::${n}`, it, unsigned)).statusCode, 400)
  t.equal((await from('2001:db8::ffff', it, unsigned)).statusCode, 429)
  t.equal((await from('2001:db8:1::1', it, unsigned)).statusCode, 400)
})

t.test('without a trusted proxy a forwarded address is not believed', async (t) => {
  const it = createServer(t, { config: { ...config, trustProxy: false } })
  for (let n = 1; n <= 3; n++) await from(`192.0.2.${n}`, it, unsigned)
  t.equal((await from('192.0.2.4', it, unsigned)).statusCode, 429)
})

t.test('with one trusted hop the last forwarded address counts', async (t) => {
  const it = createServer(t, { config: { ...config, trustProxy: 1 } })
  for (let n = 1; n <= 3; n++) await from(`198.51.100.${n}, 192.0.2.1`, it, unsigned)
  t.equal((await from('198.51.100.4, 192.0.2.1', it, unsigned)).statusCode, 429)
  t.equal((await from('198.51.100.4, 192.0.2.2', it, unsigned)).statusCode, 400)
})
