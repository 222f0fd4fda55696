import type { PgBoss } from 'pg-boss'
import { registry } from '../../src/events/index.ts'
import { Worker } from '../../src/worker/worker.ts'
import { connect, prepareTestDatabase, rowOf, silentLog } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { messageReceived, startBoss, store } from './fixture.ts'

t.test('a worker that is told to stop finishes what it has in hand and takes no more', async (t) => {
  const { url, pool, db, config } = await prepareTestDatabase(t)
  const boss = await startBoss(t, url, 1)
  const closeListener = holdClosing(boss)
  const holder = await connect(t, pool)
  await holder.query('begin')
  // A row that is not committed: the worker's write of the same id waits for it.
  await holder.query(`insert into openphone.message (id) values ('AC1')`)
  const [inHand = ''] = await store(pool, [messageReceived('AC1')])
  const worker = new Worker({
    boss,
    db,
    registry,
    log: silentLog,
    config: { ...config, workerBatchSize: 1, workerConcurrency: 1 },
  })
  t.equal(worker.running, false)
  await worker.start()
  t.equal(worker.running, true)
  await rowOf(
    pool,
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )

  const [next = ''] = await store(pool, [messageReceived('AC2')])

  let isStopped = false
  const stopped = worker.stop().then(() => {
    isStopped = true
  })
  t.equal(worker.running, false)
  // Whatever the queue has to say to a worker that stops at once is said by now.
  await pool.query('select 1')
  t.equal(isStopped, false, 'not stopped while a batch is in hand')
  await holder.query('rollback')
  await rowOf(pool, `select from pgboss.job where state = 'completed'`)
  // A worker that went on would have fetched by now.
  await pool.query('select 1')
  closeListener()
  await stopped

  const events = await db.selectFrom('webhook_event').select(['id', 'status']).execute()
  t.same(
    new Map(events.map(({ id, status }) => [id, status])),
    new Map([
      [inHand, 'processed'],
      [next, 'received'],
    ]),
  )
  const { rows } = await pool.query('select id, state from pgboss.job')
  t.same(
    new Map(rows.map(({ id, state }) => [id, state])),
    new Map([
      [inHand, 'completed'],
      [next, 'created'],
    ]),
  )
  await worker.stop()
})

/** Lets the listener's connection close no sooner than what is returned is called. */
function holdClosing(boss: PgBoss): () => void {
  const database = boss.getDb()
  const listen = database.listen?.bind(database)
  if (listen === undefined) throw new Error('pg-boss does not listen')
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  database.listen = async (...channel) => {
    const listening = await listen(...channel)
    return { ...listening, close: () => released.then(() => listening.close()) }
  }
  return release
}
