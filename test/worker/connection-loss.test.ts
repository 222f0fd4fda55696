import type pg from 'pg'
import { connect, prepareTestDatabase, rowOf } from '../db/prepared.ts'
import { startPipeline } from '../helper/pipeline.ts'
import t from '../helper/tap.ts'
import { attemptLines, messageReceived, startWorker, store } from './fixture.ts'

/** Cuts the connections of the application that a condition on pg_stat_activity finds; waits for at least one. */
async function cut(pool: pg.Pool, condition: string): Promise<void> {
  await rowOf(
    pool,
    `select pid, pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and application_name like 'openphone-%' and ${condition}`,
  )
}

t.test('a connection lost in the middle of a batch', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const holder = await connect(t, pool)
  await holder.query('begin')
  // A row that is not committed: the worker's write of the same id waits for it.
  await holder.query(`insert into openphone.message (id) values ('AC3')`)
  const ids = await store(
    pool,
    Array.from({ length: 6 }, (_, index) => messageReceived(`AC${index}`)),
  )
  const worker = await startWorker(t, url)
  await cut(pool, `wait_event_type = 'Lock'`)
  await cut(pool, `wait_event_type = 'Lock'`)
  t.same(attemptLines(worker), [], 'no attempt has ended')
  await holder.query('rollback')

  for (const id of ids) t.match(await worker.eventWith(id, 'processed'), { attempts: 1, last_error: null })
  await rowOf(
    pool,
    `select from pgboss.job having count(*) filter (where state = 'completed' and retry_count = 0) = 6`,
  )
  t.same(new Set(attemptLines(worker).map(({ outcome }) => outcome)), new Set(['processed']))
})

t.test('a process that loses all its connections at once goes on with new ones', async (t) => {
  const pipeline = await startPipeline(t)
  const { pool } = pipeline
  const message = (messageId: string) => ({
    type: 'message.received',
    data: { messageId, from: '+15555550101', to: '+15555550199', body: 'Hi', direction: 'inbound' },
  })
  const before = await pipeline.send(message('AC1'))
  await pipeline.eventWith(before.eventId, 'processed')
  await cut(pool, 'true')

  // The first may meet a connection that is known to be dead only by using it; the provider sends it again.
  let answer = await pipeline.send(message('AC2'))
  if (answer.status !== 200) answer = await pipeline.send(message('AC2'))
  t.equal(answer.status, 200)
  t.match(await pipeline.eventWith(answer.eventId, 'processed'), { attempts: 1 })

  await t.test('and listens again', async () => {
    await rowOf(
      pool,
      `select from pg_stat_activity where datname = current_database() and query ilike 'listen %'`,
    )
  })
})
