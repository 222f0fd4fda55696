import { rowOf, testPool } from './db/prepared.ts'
import { startRole } from './helper/app-process.ts'
import { createTestDatabase } from './helper/postgres.ts'
import { send, WEBHOOK_PATH } from './helper/send.ts'
import t from './helper/tap.ts'

const message = (messageId: string) => ({
  type: 'message.received',
  data: { messageId, from: '+15555550101', to: '+15555550199', body: 'Hi', direction: 'inbound' },
})

t.test('two processes, one for each role, on one empty database', async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const pool = testPool(t, databaseUrl)
  const [ingest, worker] = await Promise.all([
    startRole(t, databaseUrl, 'ingest'),
    startRole(t, databaseUrl, 'worker'),
  ])

  await t.test('one is told at once what the other accepted', async (t) => {
    // Each is sent as soon as the one before is done: a worker that only polls had just looked, and would look
    // again a second later.
    const lags: number[] = []
    for (const messageId of ['AC1', 'AC2', 'AC3', 'AC4', 'AC5']) {
      const { status, body, eventId } = await send(ingest.url, message(messageId))
      t.match({ status, body }, { status: 200, body: { status: 'queued' } })
      const { seconds } = await rowOf<{ seconds: number }>(
        pool,
        `select extract(epoch from processed_at - received_at)::float8 as seconds
        from openphone.webhook_event where id = $1 and status = 'processed'`,
        [eventId],
      )
      lags.push(seconds)
    }
    const mean = lags.reduce((sum, lag) => sum + lag, 0) / lags.length
    t.ok(mean < 0.5, `processed within seconds: ${lags}`)
  })

  for (const [role, { url }] of Object.entries({ ingest, worker })) {
    await t.test(`${role} serves what an orchestrator asks`, async (t) => {
      t.equal((await fetch(`${url}/healthz`)).status, 200)
      const ready = await fetch(`${url}/readyz`)
      t.equal(ready.status, 200)
      t.match(await ready.json(), { checks: { database: 'ok', migrations: 'ok' } })
      const metrics = await fetch(`${url}/metrics`)
      t.equal(metrics.status, 200)
      t.match(await metrics.text(), /^process_cpu_seconds_total /m)
    })
  }

  await t.test('only the worker is ready by what its worker does', async (t) => {
    t.match(await (await fetch(`${worker.url}/readyz`)).json(), { checks: { worker: 'ok' } })
    t.notMatch(await (await fetch(`${ingest.url}/readyz`)).json(), { checks: { worker: 'ok' } })
  })

  await t.test('the worker has no webhook', async (t) => {
    t.equal((await send(worker.url, message('AC6'))).status, 404)
    t.equal((await fetch(worker.url + WEBHOOK_PATH)).status, 404)
  })

  for (const [role, { child, ended, logged, errors }] of Object.entries({ ingest, worker })) {
    await t.test(`${role} ends with exit code 0 when it is told to`, async (t) => {
      child.kill('SIGTERM')
      t.same(await ended, { code: 0, signal: null })
      t.match(await logged('stopping'), { signal: 'SIGTERM' })
      await logged('stopped')
      t.equal(errors(), '')
    })
  }

  await t.test('neither did the work of the other', async (t) => {
    t.ok(worker.lines.some(({ event }) => event === 'attempt'))
    t.notOk(worker.lines.some(({ event }) => event === 'webhook'))
    t.ok(ingest.lines.some(({ event }) => event === 'webhook'))
    t.notOk(ingest.lines.some(({ event }) => event === 'attempt'))
  })
})
