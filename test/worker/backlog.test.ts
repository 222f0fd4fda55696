import { EVENTS_QUEUE } from '../../src/queue/names.ts'
import { prepareTestDatabase, rowOf } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { messageReceived, startWorker, store } from './fixture.ts'

/** Many more batches than there is time for polls: only a worker that goes on while batches are full gets through. */
const BACKLOG = 325
const ENV = { WORKER_BATCH_SIZE: '10' }

t.test('a backlog that was there before the worker started', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const deliveries = Array.from({ length: BACKLOG }, (_, index) => messageReceived(`AC${index}`))
  await store(pool, deliveries.slice(0, 200))
  await store(pool, deliveries.slice(200))
  const { rows: before } = await pool.query(
    `select reltuples, pg_stat_get_analyze_count(pg_class.oid)::int as analyzed from pg_class
    where oid = (select format('pgboss.%I', table_name)::regclass from pgboss.queue where name = $1)`,
    [EVENTS_QUEUE],
  )

  await startWorker(t, url, { env: ENV })

  await t.test('is drained, its last batch too', async (t) => {
    await rowOf(
      pool,
      `select from openphone.webhook_event having count(*) filter (where status = 'processed') = $1`,
      [BACKLOG],
    )
    await rowOf(
      pool,
      `select from pgboss.job where name = $1 having count(*) filter (where state = 'completed') = $2`,
      [EVENTS_QUEUE, BACKLOG],
    )
    const { rows } = await pool.query(`select count(*)::int as count from openphone.message`)
    t.same(rows, [{ count: BACKLOG }])
  })

  await t.test('leaves the planner knowing how large the queue is', async (t) => {
    t.same(before, [{ reltuples: -1, analyzed: 0 }], 'which it did not')
    // Counted by hand-made analyses only: autovacuum may come by at any time.
    const after = await rowOf<{ reltuples: number }>(
      pool,
      `select reltuples from pg_class
      where oid = (select format('pgboss.%I', table_name)::regclass from pgboss.queue where name = $1)
        and pg_stat_get_analyze_count(oid) > 0`,
      [EVENTS_QUEUE],
    )
    t.ok(after.reltuples >= 300, `${after.reltuples} rows`)
  })
})
