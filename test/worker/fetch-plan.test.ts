import { EVENTS_QUEUE } from '../../src/queue/names.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import { eventJobTable } from '../helper/event-job-table.ts'
import t from '../helper/tap.ts'
import { messageReceived, startBoss, store } from './fixture.ts'

const BATCH_SIZE = 750

t.test('a batch is fetched without reading the jobs that are done', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const table = await eventJobTable(pool)
  await store(
    pool,
    Array.from({ length: BATCH_SIZE }, (_, index) => messageReceived(`AC${index}`)),
  )
  // As many as a table holds whose reading looks cheaper to Postgres than to find the jobs of a batch in it.
  await pool.query(
    `insert into ${table} (name, data, state, created_on, started_on, completed_on, policy)
    select name, data, 'completed', created_on, now(), now(), policy
    from ${table}, generate_series(1, 50) where state = 'created'`,
  )
  await pool.query(`vacuum (analyze) ${table}`)
  const boss = await startBoss(t, url, 1)
  const plans: string[] = []
  const database = boss.getDb()
  const execute = database.executeSql.bind(database)
  database.executeSql = async (text, values) => {
    if (/skip locked/i.test(text)) {
      const { rows } = await execute(`explain ${text}`, values)
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
    }
    return execute(text, values)
  }

  const jobs = await boss.fetch(EVENTS_QUEUE, { batchSize: BATCH_SIZE })
  t.equal(jobs.length, BATCH_SIZE)
  const [plan = '', ...others] = plans
  t.same(others, [], 'one statement fetches')
  t.match(plan, /Index Scan using \S+_pkey/)
  t.notMatch(plan, /Seq Scan/)
})
