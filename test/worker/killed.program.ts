import type pg from 'pg'
import t, { type Test } from 'tap'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { connect, prepareTestDatabase, rowOf, startTestBoss, testPool } from '../db/prepared.ts'
import { spawnApp } from '../helper/app-process.ts'
import { deadLetterOf, jobsOf, messageReceived, retryNow, startWorker, store } from './fixture.ts'

/** Moves the clock to where the jobs in hand have had no heartbeat for an hour, and a monitor pass is due. */
async function loseHeartbeats(pool: pg.Pool): Promise<void> {
  await pool.query(`update pgboss.job set heartbeat_on = now() - interval '1 hour' where state = 'active'`)
  await pool.query('update pgboss.queue set monitor_claim_on = null, monitor_on = null')
}

/** Starts a worker process, and kills it while it waits for a lock. */
async function killWaitingWorker(t: Test, url: string, env: Record<string, string> = {}): Promise<void> {
  const worker = spawnApp(t, { DATABASE_URL: url, ROLE: 'worker', ...env })
  const pool = testPool(t, url)
  await rowOf(
    pool,
    `select from pg_stat_activity
    where datname = current_database() and application_name = 'openphone-worker' and wait_event_type = 'Lock'`,
  )
  worker.child.kill('SIGKILL')
  t.match(await worker.ended, { signal: 'SIGKILL' })
}

t.test('an event whose worker is killed on every attempt', async (t) => {
  const env = { RETRY_LIMIT: '1' }
  const { url, pool, db } = await prepareTestDatabase(t, env)
  const boss = await startTestBoss(t, url)
  const [id = ''] = await store(pool, [messageReceived('AC1')])
  const holder = await connect(t, pool)

  /** Starts a worker process, kills it in the middle of the event's batch, and lets its heartbeat be missed. */
  const killWorker = async (t: Test) => {
    await holder.query('begin')
    // Who subscribed is read with the events, before anything is written.
    await holder.query('lock table pgboss.subscription')
    await killWaitingWorker(t, url, env)
    await holder.query('rollback')
    t.match(await jobsOf(pool, id), [{ state: 'active' }], 'nobody knows yet')
    await loseHeartbeats(pool)
    await boss.supervise(EVENTS_QUEUE)
  }

  await t.test('is tried again while attempts are left', async (t) => {
    await killWorker(t)
    t.match(await jobsOf(pool, id), [{ state: 'retry', retry_count: 0 }])
    const event = await db.selectFrom('webhook_event').selectAll().executeTakeFirstOrThrow()
    t.match(event, { status: 'received', attempts: 0 })
  })

  await t.test('ends failed, with a dead letter', async (t) => {
    await retryNow(pool, id)
    await killWorker(t)
    await deadLetterOf(pool, id)
    const worker = await startWorker(t, url, { env })
    const event = await worker.eventWith(id, 'failed')
    t.match(event, { attempts: 2, last_error: 'job heartbeat timeout', processed_at: null })
    t.ok(event.failed_at)
    t.ok(worker.logLines.some((line) => JSON.parse(line).event === 'dead_lettered'))
    t.same(await db.selectFrom('message').select('id').execute(), [], 'and has no effect')
  })

  await t.test('succeeds through redrive when workers live', async (t) => {
    const worker = await startWorker(t, url, { env })
    await boss.redrive(DEAD_QUEUE)
    t.match(await worker.eventWith(id, 'processed'), { failed_at: null })
    t.same(await db.selectFrom('message').select('id').execute(), [{ id: 'AC1' }])
  })
})

t.test('an event is processed once when its worker is killed while the database writes it', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const [id = ''] = await store(pool, [messageReceived('AC1')])
  const holder = await connect(t, pool)
  await holder.query('begin')
  // A row of the same id that is not committed: the worker's write waits for it.
  await holder.query(`insert into openphone.message (id) values ('AC1')`)
  await killWaitingWorker(t, url)
  await holder.query('rollback')
  const event = { status: 'processed', attempts: 1 }
  await rowOf(pool, 'select from openphone.webhook_event where status = $1', ['processed'])
  t.same(
    await db.selectFrom('message').select('id').execute(),
    [{ id: 'AC1' }],
    'there was nobody to stop it',
  )

  await loseHeartbeats(pool)
  await boss.supervise(EVENTS_QUEUE)
  await retryNow(pool, id)
  await startWorker(t, url)
  await rowOf(pool, `select from pgboss.job where id = $1 and state = 'completed'`, [id])
  t.match(await db.selectFrom('webhook_event').selectAll().executeTakeFirstOrThrow(), event)
})
