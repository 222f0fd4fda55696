import t from '../helper/tap.ts'
import { createServer, eventBody } from './helper.ts'

t.test('healthz answers as long as the process does', async (t) => {
  const { server } = createServer(t, { checks: { database: () => Promise.reject(new Error('down')) } })
  const answer = await server.inject('/healthz')
  t.equal(answer.statusCode, 200)
  t.equal(answer.payload, '{"status":"ok"}')
  t.equal(answer.headers['cache-control'], 'no-store')
})

t.test('readyz answers 200 with every part when all work', async (t) => {
  const { server } = createServer(t, { checks: { database: async () => {}, worker: async () => {} } })
  const answer = await server.inject('/readyz')
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), { status: 'ok', checks: { database: 'ok', worker: 'ok' } })
})

t.test('readyz answers 503 and names the parts that do not work', async (t) => {
  const checks = {
    database: () => Promise.reject(new Error('not reachable')),
    migrations: async () => {},
    worker: () => Promise.reject(new Error('not running')),
  }
  const answer = await createServer(t, { checks }).server.inject('/readyz')
  t.equal(answer.statusCode, 503)
  t.equal(answer.headers['content-type'], 'application/problem+json')
  t.match(answer.json(), {
    type: '/problems/not-ready',
    status: 503,
    detail: 'database: not reachable; worker: not running',
    checks: { database: 'not reachable', migrations: 'ok', worker: 'not running' },
  })
})

t.test('a check that never answers is bounded and named', async (t) => {
  let calls = 0
  const checks = {
    database: () => {
      calls += 1
      return new Promise<void>(() => {})
    },
    worker: async () => {},
  }
  const { server } = createServer(t, { checks })
  const started = performance.now()
  const answers = await Promise.all([server.inject('/readyz'), server.inject('/readyz')])
  const ms = performance.now() - started
  for (const answer of answers) {
    t.equal(answer.statusCode, 503)
    t.match(answer.json(), { checks: { database: 'no answer within 2000 ms', worker: 'ok' } })
  }
  t.ok(ms < 4_000, `${ms} ms`)
  t.equal(calls, 1, 'callers share the check that is under way')
})

t.test('the checks run together', async (t) => {
  let waiting = 0
  let release = () => {}
  const bothWait = new Promise<void>((resolve) => {
    release = resolve
  })
  const check = () => {
    waiting += 1
    if (waiting === 2) release()
    return bothWait
  }
  const { server } = createServer(t, { checks: { database: check, worker: check } })
  t.equal((await server.inject('/readyz')).statusCode, 200)
})

t.test('a role without the webhook serves health and metrics', async (t) => {
  const { server } = createServer(t, { withoutWebhook: true })
  for (const url of ['/healthz', '/readyz', '/metrics']) {
    t.equal((await server.inject(url)).statusCode, 200, url)
  }
})

t.test('another method is answered 405 with what is allowed', async (t) => {
  const answer = await createServer(t).server.inject({ method: 'POST', url: '/healthz', payload: 'x' })
  t.equal(answer.statusCode, 405)
  t.equal(answer.headers.allow, 'GET, HEAD')
})

t.test('metrics counts webhooks by outcome and reason', async (t) => {
  const { server, post } = createServer(t)
  await post(eventBody())
  await post(eventBody())
  await post(eventBody(), {})
  const { payload, headers } = await server.inject('/metrics')
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
  t.match(payload, 'openphone_webhooks_total{outcome="queued",reason="none"} 1')
  t.match(payload, 'openphone_webhooks_total{outcome="duplicate",reason="none"} 1')
  t.match(payload, 'openphone_webhooks_total{outcome="refused",reason="signature"} 1')
  t.match(payload, 'openphone_webhook_duration_seconds_count 3')
  t.match(payload, /^process_cpu_seconds_total/m)
})
