import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { PgBoss } from 'pg-boss'
import { storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import { declareQueues } from '../../src/queue/declare.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { connect, prepareTestDatabase, rowOf, startTestBoss, testPool } from '../db/prepared.ts'
import t, { type Test } from '../helper/tap.ts'
import { buildDelivery } from './build.ts'

/**
 * Columns that differ between any two jobs. Their values are compared by what they must be, or by how
 * far they lie from one another; every other column of the table must be equal.
 */
const COMPARED_BY_RELATION = ['id', 'data', 'created_on', 'start_after', 'keep_until']

type Row = Record<string, unknown>

/** A job's row as the table has it, whatever columns it has, and its times by their distances. */
async function jobRow(pool: pg.Pool, id: string): Promise<{ row: Row; relations: Row }> {
  const { rows } = await pool.query<{ row: Row; relations: Row }>(
    `select
      to_jsonb(job) as row,
      jsonb_build_object(
        'table', tableoid::regclass::text,
        'keep_until - created_on', (keep_until - created_on)::text,
        'start_after - created_on', (start_after - created_on)::text,
        'created_on is now', now() - created_on < interval '10 s' and created_on <= now()
      ) as relations
    from pgboss.job as job where id = $1`,
    [id],
  )
  if (rows[0] === undefined) throw new Error(`no job ${id}`)
  return rows[0]
}

async function bothJobs(pool: pg.Pool, boss: PgBoss) {
  const [stored] = await storeDeliveriesIn(pool, { notify: true })([buildDelivery()])
  const ours = stored?.eventId ?? ''
  const theirs = randomUUID()
  await boss.insert(EVENTS_QUEUE, [{ id: theirs, data: { eventId: theirs, type: 'message.received' } }])
  return { ours: await jobRow(pool, ours), theirs: await jobRow(pool, theirs), ids: { ours, theirs } }
}

async function compareJobs(t: Test, pool: pg.Pool, boss: PgBoss): Promise<void> {
  const { rows } = await pool.query<{ column_name: string }>(
    `select column_name from information_schema.columns where table_schema = 'pgboss' and table_name = 'job'`,
  )
  const columns = rows.map((row) => row.column_name)
  const { ours, theirs, ids } = await bothJobs(pool, boss)
  t.same(Object.keys(ours.row).sort(), columns.sort(), 'every column is looked at')
  t.same(inherited(ours.row), inherited(theirs.row), 'columns that come from the queue or a default')
  t.same(ours.row.data, { eventId: ids.ours, type: 'message.received' }, 'data')
  t.same(ours.relations, theirs.relations, 'times and table')
}

function inherited(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !COMPARED_BY_RELATION.includes(column)))
}

t.test('a job of ours equals a job of pg-boss, column by column', async (t) => {
  const { url, pool, config } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)

  await t.test('with the settings the queue is declared with', (t) => compareJobs(t, pool, boss))

  await t.test('with other settings, each of which a job takes over', async (t) => {
    const others = {
      ...config,
      retryLimit: 0,
      retryDelaySeconds: 7,
      retryDelayMaxSeconds: 77,
    }
    await declareQueues(boss, others)
    await compareJobs(t, pool, boss)
  })

  await t.test('with settings that an operator changed or took away', async (t) => {
    await pool.query(
      `update pgboss.queue set retry_backoff = false, retry_delay_max = null, heartbeat_seconds = null,
        dead_letter = null, expire_seconds = 11, deletion_seconds = 12, retention_seconds = 13
      where name = $1`,
      [EVENTS_QUEUE],
    )
    await compareJobs(t, pool, boss)
  })
})

t.test('a job of ours equals a job of pg-boss in the table that queues share, too', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  await boss.deleteQueue(EVENTS_QUEUE)
  await boss.createQueue(EVENTS_QUEUE, { deadLetter: DEAD_QUEUE, notify: true })
  await compareJobs(t, pool, boss)
})

t.test('workers of other processes are told of a job as pg-boss tells them', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const listening = new PgBoss({ connectionString: url, migrate: false, useListenNotify: true })
  await listening.start()
  t.teardown(() => listening.stop({ graceful: false }))
  // The channel is pg-boss's own affair, so it is taken from what pg-boss listens on.
  const { query: listen } = await rowOf<{ query: string }>(
    pool,
    `select query from pg_stat_activity where datname = current_database() and query ilike 'listen %'`,
  )

  const client = await connect(t, pool)
  const heard: (string | undefined)[] = []
  client.on('notification', ({ payload }) => heard.push(payload))
  await client.query(listen)
  // A notification is there before the answer to a statement that began after it was sent.
  const heardSoFar = async () => {
    await client.query('select 1')
    return heard.splice(0)
  }
  const store = storeDeliveriesIn(pool, { notify: true })
  const delivery = buildDelivery()

  await boss.insert(EVENTS_QUEUE, [{ data: { eventId: randomUUID(), type: 'message.received' } }])
  const theirs = await heardSoFar()
  t.same(theirs, [EVENTS_QUEUE], 'pg-boss tells of the queue')

  await store([delivery])
  t.same(await heardSoFar(), theirs, 'and so does the outbox')

  await store(Array.from({ length: 20 }, () => buildDelivery()))
  t.same(await heardSoFar(), theirs, 'once for a whole group')

  await store([delivery])
  t.same(await heardSoFar(), [], 'and not for duplicates')

  await storeDeliveriesIn(testPool(t, url), { notify: false })([buildDelivery()])
  t.same(await heardSoFar(), [], 'nor where the database cannot notify')
})
