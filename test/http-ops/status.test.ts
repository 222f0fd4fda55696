import { pino } from 'pino'
import { registry } from '../../src/events/index.ts'
import { serveOperators } from '../../src/http/ops/serve.ts'
import t from '../helper/tap.ts'
import { createServer } from '../http/helper.ts'
import { makeEvents } from '../ops/fixture.ts'
import { OPS_TOKEN, startOps, startOpsWithoutWorker } from './fixture.ts'

interface Minutes {
  readonly minutes: readonly { minute: string; received: number; failed: number }[]
}

/** For what changes nothing. */
const idle = await startOpsWithoutWorker(t)

t.test('the overview', async (t) => {
  t.test('says that all is well, and what of', async (t) => {
    const ops = await startOps(t)
    const { status, body } = await ops.get('/overview')
    t.equal(status, 200)
    t.match(body, {
      level: 'well',
      sentence: /^All is well/,
      problems: [],
      workers: 1,
      failed: 0,
      queues: [{ queue: 'openphone-events', state: 'created', jobs: 0 }],
    })
  })

  t.test('asks for attention when events have failed', async (t) => {
    const ops = await startOps(t)
    await makeEvents(ops.pool, { count: 2 })
    t.match((await ops.get('/overview')).body, {
      level: 'attention',
      failed: 2,
      sentence: /2 events have failed/,
    })
  })

  t.test('tells of trouble when nobody works', async (t) => {
    t.match((await idle.get('/overview')).body, { level: 'trouble', workers: 0, sentence: /No worker/ })
  })
})

t.test('groups of failures come with the newest failure first', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  await makeEvents(ops.pool, { count: 3, error: 'Error: older', ageHours: 2 })
  await makeEvents(ops.pool, { count: 1, error: 'Error: newer', ageHours: 1 })
  t.match((await ops.get('/failures')).body, {
    total: 4,
    groups: [
      { error: 'Error: newer', count: 1 },
      { error: 'Error: older', count: 3 },
    ],
  })
})

t.test('queues', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  await ops.send({ type: 'message.received', data: { messageId: 'AC1' } })
  t.match((await ops.get('/queues')).body, {
    queues: [
      { queue: 'openphone-events', state: 'created', jobs: 1, oldestAgeSeconds: Number },
      { queue: 'openphone-dead', state: 'created', jobs: 0, oldestAgeSeconds: null },
    ],
  })
})

t.test('the throughput', async (t) => {
  const ops = await startOps(t)
  const { eventId } = await ops.send({ type: 'a.kind', data: {} })
  await ops.rowOf(`select from pgboss.job where id = $1 and state = 'completed'`, [eventId])
  for (const [range, count] of Object.entries({ '1h': 60, '24h': 1_440 })) {
    t.test(`of ${range} has every minute once, in order`, async (t) => {
      const { body } = await ops.get<Minutes>(`/throughput?range=${range}`)
      t.equal(body.minutes.length, count)
      const times = body.minutes.map(({ minute }) => Date.parse(minute))
      t.ok(times.every((time, index) => index === 0 || time === (times[index - 1] ?? 0) + 60_000))
      t.match(body.minutes.at(-1)?.received, 1)
    })
  }

  t.test('of another range is refused', async (t) => {
    const { status, body } = await ops.get('/throughput?range=1w')
    t.equal(status, 400)
    t.match(body, { detail: '"range": must be one of 1h, 24h.' })
  })
})

t.test('the types are those with a handler', async (t) => {
  const { body } = await idle.get<{ types: string[] }>('/types')
  t.ok(body.types.includes('message.received'))
  t.same(body.types, [...body.types].sort())
})

t.test('many who ask at once cost the database one question', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  await Promise.all(Array.from({ length: 50 }, () => ops.get('/failures')))
  await makeEvents(ops.pool)
  t.match((await ops.get('/failures')).body, { total: 0 }, 'the answer is kept for a moment')
})

t.test('a database that is away is told as such, and no more of it', async (t) => {
  const { server } = createServer(t)
  serveOperators(server, {
    token: OPS_TOKEN,
    // Nothing listens there.
    databaseUrl: 'postgres://user:password@127.0.0.1:1/none',
    config: { badSignaturesPerMinute: 60, databaseBackend: 'postgres', listenNotify: true },
    registry,
    log: pino({ level: 'silent' }),
  })
  for (const url of ['/ops/api/overview', '/ops/api/events']) {
    const answer = await server.inject({ url, headers: { authorization: `Bearer ${OPS_TOKEN}` } })
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], '5')
    t.match(answer.json(), {
      type: '/problems/database',
      detail: 'The database does not answer now. The log has its reason.',
    })
    t.notMatch(answer.body, /127\.0\.0\.1|ECONN|password/)
  }
})

t.test('the API is in the documentation', async (t) => {
  const { paths, components } = JSON.parse(await (await fetch(`${idle.app.url}/docs/json`)).text())
  t.ok(components.securitySchemes.operator)
  const documented = Object.keys(paths).filter((path) => path.startsWith('/ops'))
  t.same(documented.sort(), [
    '/ops/api/events',
    '/ops/api/events/{id}',
    '/ops/api/events/{id}/replay',
    '/ops/api/failures',
    '/ops/api/failures/replay',
    '/ops/api/objects',
    '/ops/api/overview',
    '/ops/api/queues',
    '/ops/api/replay',
    '/ops/api/throughput',
    '/ops/api/types',
  ])
  for (const path of documented) {
    const operation = paths[path].get ?? paths[path].post
    t.same(operation.security, [{ operator: [] }], path)
    t.ok(operation.summary)
    t.ok(operation.responses[401].content['application/problem+json'])
  }
})
