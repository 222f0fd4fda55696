import type pg from 'pg'
import { EVENTS_QUEUE } from '../../src/queue/names.ts'
import { createContext, samples } from '../../src/samples/index.ts'
import { connect, prepareTestDatabase, rowOf, startTestBoss } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { attemptLines, deliveryOf, jobsOf, messageReceived, startWorker, store } from './fixture.ts'

const TABLES = ['message', 'call', 'voicemail', 'task', 'contact_number', 'contact_profile']

interface ProjectionRow {
  table: string
  id: string
}

async function projectionRows(pool: pg.Pool, columns: string): Promise<ProjectionRow[]> {
  const selects = TABLES.map(
    (table) => `select '${table}' as table, id, ${columns} from openphone.${table} as t`,
  )
  const { rows } = await pool.query(`${selects.join(' union all ')} order by 1, 2`)
  return rows
}

/** Which version of each projection row is there, and where: a row that is written again gets another. */
const rowVersions = (pool: pg.Pool) => projectionRows(pool, 'xmin::text, ctid::text')

const rowContents = (pool: pg.Pool) => projectionRows(pool, 'to_jsonb(t)')

t.test('a replay of events that were processed', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const context = createContext({ now: new Date('2026-05-01T12:00:00.000Z') })
  const envelopes = samples.map((sample) => sample.build(context))
  const ids = await store(pool, envelopes.map(deliveryOf))
  const done = (attempts: number) =>
    rowOf(
      pool,
      `select from openphone.webhook_event
      having count(*) filter (where status in ('processed', 'ignored') and attempts = $1) = $2`,
      [attempts, ids.length],
    )
  const replay = async () => {
    await pool.query(`update openphone.webhook_event set status = 'received'`)
    const jobs = ids.toReversed().map((eventId) => ({ data: { eventId, type: 'replayed' } }))
    await boss.insert(EVENTS_QUEUE, jobs)
  }
  const first = await startWorker(t, url)
  await done(1)
  const before = await rowVersions(pool)
  const contents = await rowContents(pool)
  t.same(new Set(before.map(({ table }) => table)), new Set(TABLES), 'the samples fill every table')

  await t.test('writes no projection row again', async (t) => {
    await replay()
    await done(2)
    t.same(await rowVersions(pool), before)
  })

  await t.test('changes no projection row in the other order and in other batches, either', async (t) => {
    await first.app.close()
    await replay()
    await startWorker(t, url, { env: { WORKER_BATCH_SIZE: '7', WORKER_CONCURRENCY: '3' } })
    await done(3)
    t.same(await rowContents(pool), contents)
  })
})

t.test('a job', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const worker = await startWorker(t, url)
  const send = async (eventId: string) => {
    const [jobId = ''] =
      (await boss.insert(EVENTS_QUEUE, [{ data: { eventId, type: 'message.received' } }], {
        returnId: true,
      })) ?? []
    return jobId
  }
  const completed = (jobId: string) =>
    worker.rowOf(`select from pgboss.job where id = $1 and state = 'completed'`, [jobId])

  await t.test('of an event that is processed already changes nothing', async (t) => {
    const [id = ''] = await store(pool, [messageReceived('AC1')])
    const before = await worker.eventWith(id, 'processed')
    const versions = await rowVersions(pool)
    const jobId = await send(id)
    await completed(jobId)
    t.same(await worker.eventWith(id, 'processed'), before, 'not even its count of attempts')
    t.same(await rowVersions(pool), versions)
    t.match(
      attemptLines(worker).find((line) => line.jobId === jobId),
      { outcome: 'skipped' },
    )
  })

  await t.test('of an event that is ignored already changes nothing', async (t) => {
    const [id = ''] = await store(pool, [deliveryOf({ type: 'nobody.knows', data: {} })])
    const before = await worker.eventWith(id, 'ignored')
    await completed(await send(id))
    t.same(await worker.eventWith(id, 'ignored'), before)
  })

  await t.test('whose event is gone completes', async (t) => {
    const jobId = await send('00000000-0000-7000-8000-000000000000')
    await completed(jobId)
    t.match(
      attemptLines(worker).find((line) => line.jobId === jobId),
      { outcome: 'gone' },
    )
  })

  await t.test('beside another of the same event, in one batch, completes as the other does', async (t) => {
    await worker.app.close()
    const [id = ''] = await store(pool, [messageReceived('AC2')])
    await send(id)
    const next = await startWorker(t, url)
    t.match(await next.eventWith(id, 'processed'), { attempts: 1 })
    await next.rowOf(
      `select from pgboss.job where data ->> 'eventId' = $1 having count(*) filter (where state = 'completed') = 2`,
      [id],
    )
    const fetches = new Set((await jobsOf(pool, id)).map((job) => job.started_on?.getTime()))
    t.equal(fetches.size, 1, 'which was one batch')
    const messages = await db.selectFrom('message').select('id').where('id', '=', 'AC2').execute()
    t.equal(messages.length, 1)
  })
})

t.test('two attempts at the same event at the same time', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  await boss.createQueue('subscriber')
  await boss.subscribe('openphone.message.received', 'subscriber')
  const worker = await startWorker(t, url, { env: { WORKER_CONCURRENCY: '2' } })
  const [id = ''] = await store(pool, [messageReceived('AC1')])
  await worker.eventWith(id, 'processed')
  await pool.query(`delete from pgboss.job where name = 'subscriber'`)
  await pool.query(`update openphone.webhook_event set status = 'received', attempts = 0`)

  // Both read the event before either can write it.
  const holder = await connect(t, pool)
  await holder.query('begin')
  await holder.query('select from openphone.webhook_event for update')
  const waiting = (count: number) =>
    rowOf(
      pool,
      `select from pg_stat_activity
      where datname = current_database() and application_name = 'openphone-worker' and wait_event_type = 'Lock'
      having count(*) = $1`,
      [count],
    )
  for (const count of [1, 2]) {
    await boss.insert(EVENTS_QUEUE, [{ data: { eventId: id, type: 'message.received' } }])
    await waiting(count)
  }
  await holder.query('rollback')

  await rowOf(
    pool,
    `select from pgboss.job where name = $1 having count(*) filter (where state = 'completed') = 3`,
    [EVENTS_QUEUE],
  )
  t.match(await db.selectFrom('webhook_event').selectAll().execute(), [{ status: 'processed', attempts: 1 }])
  const { rowCount } = await pool.query(`select from pgboss.job where name = 'subscriber'`)
  t.equal(rowCount, 1, 'the subscriber is told once')
  t.same(
    attemptLines(worker)
      .map(({ outcome }) => outcome)
      .sort(),
    ['processed', 'processed', 'skipped'],
  )
})
