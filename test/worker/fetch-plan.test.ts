import { createBoss } from '../../src/queue/boss.ts'
import { EVENTS_QUEUE } from '../../src/queue/names.ts'
import { prepareTestDatabase, silentLog } from '../db/prepared.ts'
import { eventJobTable } from '../helper/event-job-table.ts'
import t from '../helper/tap.ts'
import { messageReceived, store } from './fixture.ts'

t.test('a batch is fetched without reading the jobs that are done', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const table = await eventJobTable(pool)
  await store(
    pool,
    Array.from({ length: 750 }, (_, index) => messageReceived(`AC${index}`)),
  )
  // As many as a table holds whose reading looks cheaper to Postgres than to find the jobs of a batch in it.
  await pool.query(
    `insert into ${table} (name, data, state, created_on, started_on, completed_on, policy)
    select name, data, 'completed', created_on, now(), now(), policy
    from ${table}, generate_series(1, 50) where state = 'created'`,
  )
  await pool.query(`vacuum (analyze) ${table}`)
  const boss = createBoss({
    databaseUrl: url,
    backend: 'postgres',
    workerLoops: 1,
    migrate: false,
    log: silentLog,
  })
  await boss.start()
  t.teardown(() => boss.stop())

  // As pg-boss does it.
  const { rows } = await boss.getDb().executeSql(
    `explain with next as (
      select id from ${table}
      where name = '${EVENTS_QUEUE}' and state < 'active' and not blocked and start_after <= pgboss.job_now()
      order by priority desc, created_on limit 750 for update skip locked
    )
    update ${table} as job set state = 'active' from next where name = '${EVENTS_QUEUE}' and job.id = next.id`,
  )
  const plan = rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n')
  t.match(plan, /Index Scan using \S+_pkey/)
  t.notMatch(plan, /Seq Scan/)
})
