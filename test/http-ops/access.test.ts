import { startPipeline } from '../helper/pipeline.ts'
import t from '../helper/tap.ts'
import { OPS_TOKEN, startOpsWithoutWorker } from './fixture.ts'

const addresses = [
  '/ops',
  '/ops/',
  '/ops/app.js',
  '/ops/api/overview',
  '/ops/api/events',
  '/ops/uPlot.min.css',
]

t.test('without a token everything below /ops is answered 404', async (t) => {
  const { app } = await startPipeline(t, { env: { ROLE: 'ingest' } })
  for (const address of addresses) {
    const answer = await fetch(app.url + address, { headers: { authorization: 'Bearer undefined' } })
    t.equal(answer.status, 404, address)
    t.equal(answer.headers.get('content-type'), 'application/problem+json')
  }
})

t.test('access to the API', async (t) => {
  const { app, get, logLines } = await startOpsWithoutWorker(t)
  const ask = (authorization?: string, address = '/ops/api/overview') =>
    fetch(app.url + address, { headers: authorization === undefined ? {} : { authorization } })

  t.test('the token opens it', async (t) => {
    t.equal((await get('/overview')).status, 200)
    t.equal((await ask(`bearer  ${OPS_TOKEN}`)).status, 200, 'the scheme in any case')
  })

  t.test('a request without the token is answered 401, with what to send', async (t) => {
    const answer = await ask()
    t.equal(answer.status, 401)
    t.equal(answer.headers.get('content-type'), 'application/problem+json')
    t.match(answer.headers.get('www-authenticate'), /^Bearer realm=/)
    t.match(await answer.json(), { type: '/problems/unauthorized', status: 401, detail: /Bearer/ })
  })

  for (const [what, authorization] of Object.entries({
    'another token': 'Bearer another-token-entirely',
    'a token that is one character short': `Bearer ${OPS_TOKEN.slice(0, -1)}`,
    'a token that is one character longer': `Bearer ${OPS_TOKEN}x`,
    'another scheme': `Basic ${OPS_TOKEN}`,
    'a token without its scheme': OPS_TOKEN,
    'two tokens': `Bearer ${OPS_TOKEN} ${OPS_TOKEN}`,
  })) {
    t.test(`${what} does not open it`, async (t) => {
      t.equal((await ask(authorization)).status, 401)
    })
  }

  t.test('what is asked for without the token is not told apart', async (t) => {
    for (const address of ['/ops/api/events/nonsense', '/ops/api/events?limit=x', '/ops/api/objects']) {
      t.equal((await ask(undefined, address)).status, 401, address)
    }
  })

  t.test('neither the token nor a wrong one is logged', async (t) => {
    await ask('Bearer a-wrong-token-to-look-for')
    t.notMatch(logLines.join(''), new RegExp(`${OPS_TOKEN}|a-wrong-token-to-look-for`))
    t.match(logLines.join(''), 'ops_refused')
  })
})

t.test('wrong tokens are limited, the right one is not', async (t) => {
  const { app, get } = await startOpsWithoutWorker(t)
  const statuses = new Set<number>()
  for (let count = 0; count < 70; count += 1) {
    const answer = await fetch(`${app.url}/ops/api/overview`, {
      headers: { authorization: `Bearer guess-number-${count}` },
    })
    statuses.add(answer.status)
    if (answer.status !== 429) continue
    t.match(await answer.json(), { type: '/problems/too-many-bad-tokens' })
    t.ok(Number(answer.headers.get('retry-after')) > 0)
    break
  }
  t.same([...statuses], [401, 429])
  t.equal((await get('/overview')).status, 200)
})

t.test('nothing below /ops is kept, framed, sniffed or told to others', async (t) => {
  const { app } = await startOpsWithoutWorker(t)
  for (const address of ['/ops', '/ops/app.js', '/ops/uPlot.iife.min.js', '/ops/api/overview']) {
    const { headers } = await fetch(app.url + address)
    t.equal(headers.get('cache-control'), 'no-store', address)
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    t.equal(headers.get('x-content-type-options'), 'nosniff')
    t.equal(headers.get('x-frame-options'), 'DENY')
    const policy = headers.get('content-security-policy')?.split(';') ?? []
    t.same(policy.sort(), [
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' data:",
      "script-src 'self'",
      "style-src 'self'",
    ])
  }
})
