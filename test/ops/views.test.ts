import { registry } from '../../src/events/index.ts'
import { readBacklog } from '../../src/ops/backlog.ts'
import { readEventHistory } from '../../src/ops/event-history.ts'
import { countFailures, groupFailures, readFailures } from '../../src/ops/failures.ts'
import { replayEvents } from '../../src/ops/replay-events.ts'
import { readThroughput } from '../../src/ops/throughput.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { prepareTestDatabase, startTestBoss } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { messageReceived, refuseMessages, startWorker, store } from '../worker/fixture.ts'
import { makeEvents } from './fixture.ts'

t.test('uuid_floor is the smallest UUID of version 7 that a time can have', async (t) => {
  const { pool } = await prepareTestDatabase(t)
  const floorOf = async (at: string) =>
    (await pool.query('select openphone.uuid_floor($1::timestamptz) as id', [at])).rows[0].id

  t.equal(await floorOf('2026-05-01T12:00:00.123Z'), '019de368-f67b-7000-8000-000000000000')
  t.equal(await floorOf('2026-05-01T12:00:00.123999Z'), '019de368-f67b-7000-8000-000000000000')
  t.equal(await floorOf('1970-01-01T00:00:00Z'), '00000000-0000-7000-8000-000000000000')
  t.equal(await floorOf('1960-01-01T00:00:00Z'), '00000000-0000-7000-8000-000000000000', 'or any')
  const [id] = await makeEvents(pool, { ageHours: 1 })
  const { rows } = await pool.query(
    `select id >= openphone.uuid_floor(received_at) as after, id < openphone.uuid_floor(received_at + interval '1 ms') as before
    from openphone.webhook_event where id = $1`,
    [id],
  )
  t.same(rows, [{ after: true, before: true }])
})

t.test('ops_failures', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  const [old = ''] = await makeEvents(pool, { ageHours: 30, type: 'call.completed', error: 'Error: a' })
  const newer = await makeEvents(pool, { ageHours: 2, count: 2, error: 'Error: b' })
  await makeEvents(pool, { status: 'processed' })

  await t.test('has every failed event with its dead letter, the newest first', async (t) => {
    const failures = await readFailures(db, {}, 10)
    t.same(
      failures.map(({ eventId }) => eventId),
      [...newer.toReversed(), old],
    )
    t.match(failures[2], {
      type: 'call.completed',
      error: 'Error: a',
      attempts: 6,
      providerEventId: `EV${old}`,
    })
    t.ok(Math.abs((failures[2]?.ageSeconds ?? 0) - 30 * 3_600) < 60)
    const { rows } = await pool.query('select id from pgboss.job where name = $1 and source_root_id = $2', [
      DEAD_QUEUE,
      old,
    ])
    t.same(rows, [{ id: failures[2]?.deadJobId }])
  })

  await t.test('is filtered and grouped', async (t) => {
    t.equal((await readFailures(db, {}, 2)).length, 2)
    t.match(await readFailures(db, { type: 'call.completed' }, 9), [{ eventId: old }])
    t.equal((await readFailures(db, { since: new Date(Date.now() - 3 * 3_600_000) }, 9)).length, 2)
    t.equal(await countFailures(db), 3)
    t.match(await groupFailures(db), [
      { type: 'message.received', error: 'Error: b', count: 2 },
      { type: 'call.completed', error: 'Error: a', count: 1 },
    ])
  })

  await t.test(
    'keeps a failure whose dead letter is gone, and lets go of one that is replayed',
    async (t) => {
      await pool.query('delete from pgboss.job where source_root_id = $1', [old])
      await replayEvents(db, newer, { notify: false })
      t.match(await readFailures(db, {}, 10), [{ eventId: old, deadJobId: null }])
    },
  )
})

t.test('ops_backlog counts what is not finished, by queue and state', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)

  await t.test('with a line for every queue, when there is nothing', async (t) => {
    t.same(await readBacklog(db), [
      { queue: EVENTS_QUEUE, state: 'created', jobs: 0, oldestAgeSeconds: null },
      { queue: DEAD_QUEUE, state: 'created', jobs: 0, oldestAgeSeconds: null },
    ])
  })

  await t.test('with jobs that wait, are retried, are worked on, and dead letters', async (t) => {
    await store(
      pool,
      [1, 2, 3, 4, 5].map((number) => messageReceived(`AC${number}`)),
    )
    const [first, second, third] = await boss.fetch(EVENTS_QUEUE, { batchSize: 3 })
    await boss.fail(EVENTS_QUEUE, first?.id ?? '')
    await boss.complete(EVENTS_QUEUE, second?.id ?? '')
    await makeEvents(pool, { count: 2, ageHours: 3 })
    await pool.query(`update pgboss.job set created_on = now() - interval '90 s' where id = $1`, [third?.id])
    const backlog = await readBacklog(db)
    t.match(backlog, [
      { queue: EVENTS_QUEUE, state: 'created', jobs: 2 },
      { queue: EVENTS_QUEUE, state: 'retry', jobs: 1 },
      { queue: EVENTS_QUEUE, state: 'active', jobs: 1 },
      { queue: DEAD_QUEUE, state: 'created', jobs: 2 },
    ])
    t.ok(Math.abs((backlog[2]?.oldestAgeSeconds ?? 0) - 90) < 10)
    t.ok(Math.abs((backlog[3]?.oldestAgeSeconds ?? 0) - 3 * 3_600) < 60)
  })
})

t.test('ops_throughput counts what happened in each minute', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const ids = await store(
    pool,
    [1, 2, 3, 4].map((number) => messageReceived(`AC${number}`)),
  )
  await boss.fetch(EVENTS_QUEUE, { batchSize: 4 })
  await boss.complete(EVENTS_QUEUE, ids.slice(0, 3))
  await pool.query(`update pgboss.job set retry_limit = 0 where id = $1`, [ids[3]])
  await boss.fail(EVENTS_QUEUE, ids[3] ?? '')
  // Ten minutes ago, in the middle of a minute; made 1, 2 and 3 s before they ended.
  const { rows: moved } = await pool.query<{ minute: Date }>(
    `update pgboss.job set
      completed_on = date_trunc('minute', now()) - interval '9.5 minutes',
      created_on = date_trunc('minute', now()) - interval '9.5 minutes' - array_position($1, id) * interval '1 s'
    where id = any ($1::uuid[])
    returning date_trunc('minute', completed_on) as minute`,
    [ids],
  )
  await makeEvents(pool, { status: 'processed', count: 2, ageHours: 1 })
  await makeEvents(pool, { count: 5, ageHours: 25 })
  const throughput = await readThroughput(db, 24 * 60)

  await t.test('of the last 24 hours, the newest first', async (t) => {
    t.equal(throughput.length, 1_440)
    const gaps = new Set(
      throughput
        .slice(1)
        .map(({ minute }, index) => (throughput[index]?.minute.getTime() ?? 0) - minute.getTime()),
    )
    t.same([...gaps], [60_000])
    t.equal((await readThroughput(db, 60)).length, 60)
  })

  await t.test('the webhooks that came', async (t) => {
    t.equal(
      throughput.slice(0, 2).reduce((sum, { received }) => sum + received, 0),
      4,
    )
    t.equal(
      throughput.reduce((sum, { received }) => sum + received, 0),
      6,
      'though their jobs are deleted',
    )
  })

  await t.test('the jobs that ended well and those that did not, and how long they took', async (t) => {
    const ended = throughput.filter(({ processed, failed }) => processed + failed > 0)
    t.match(ended, [
      { minute: moved[0]?.minute, processed: 3, failed: 1, lagP50Seconds: 2, lagP99Seconds: 2.98 },
    ])
    t.equal(ended.length, 1)
    t.match(throughput[20], { processed: 0, failed: 0, lagP50Seconds: null, lagP99Seconds: null })
  })
})

t.test('ops_event tells the whole story of an event', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t, { RETRY_LIMIT: '0' })
  const allow = await refuseMessages(pool, ['AC1'])
  const worker = await startWorker(t, url, { env: { RETRY_LIMIT: '0' } })
  const [id = ''] = await store(pool, [messageReceived('AC1', { text: 'Hello' })])
  await worker.eventWith(id, 'failed')
  await worker.rowOf('select from pgboss.job where name = $1', [DEAD_QUEUE])
  const story = () => readEventHistory(db, registry, id)

  await t.test('that failed', async (t) => {
    const history = await story()
    t.match(history, {
      event: { id, status: 'failed', attempts: 1, error: 'error: no room for AC1', type: 'message.received' },
      jobs: [{ id, state: 'failed', retryCount: 0, error: 'error: no room for AC1' }],
      deadLetter: { sourceJobId: id, attempts: 1, error: 'error: no room for AC1' },
      rows: [
        { table: 'message', id: 'AC1', row: null },
        { table: 'contact_number', id: '+15555550101', row: null },
      ],
    })
    t.same(
      history?.timeline.map(({ what }) => what),
      ['occurred', 'received', 'attempt-started', 'failed', 'attempt-failed', 'dead-lettered'],
    )
  })

  await t.test('that was replayed and processed', async (t) => {
    await allow()
    await replayEvents(db, [id], { notify: true })
    await worker.eventWith(id, 'processed')
    await worker.rowOf(`select from pgboss.job where source_root_id = $1 and state = 'completed'`, [id])
    const history = await story()
    t.match(history, {
      event: { status: 'processed', attempts: 1, failedAt: null },
      jobs: [
        { id, state: 'failed' },
        { state: 'completed', error: null },
      ],
      deadLetter: null,
      rows: [
        { table: 'message', row: { id: 'AC1', body: 'Hello', direction: 'incoming' } },
        { table: 'contact_number', row: { id: '+15555550101' } },
      ],
    })
    t.notOk(history?.rows[0]?.row && 'stamps' in history.rows[0].row)
    t.same(history?.timeline.map(({ what }) => what).slice(-4), [
      'replayed',
      'attempt-started',
      'processed',
      'job-ended',
    ])
  })

  await t.test('whose jobs are deleted', async (t) => {
    await pool.query('delete from pgboss.job')
    t.match(await story(), { event: { status: 'processed' }, jobs: [], deadLetter: null })
  })

  await t.test(
    'that cannot be translated, or that is of a type nobody knows, has made no rows',
    async (t) => {
      for (const type of ['call.summary.completed', 'whatever']) {
        const [other = ''] = await makeEvents(pool, { type })
        t.match(await readEventHistory(db, registry, other), { rows: [] })
      }
    },
  )

  await t.test('and nothing of one that is not there', async (t) => {
    t.equal(await readEventHistory(db, registry, '00000000-0000-7000-8000-000000000000'), undefined)
  })
})
