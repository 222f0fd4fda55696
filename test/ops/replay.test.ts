import { replayEvents } from '../../src/ops/replay-events.ts'
import { fixFilter, replayMatching } from '../../src/ops/replay-matching.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { connect, prepareTestDatabase, rowOf, startTestBoss } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import {
  attemptLines,
  messageReceived,
  refuseMessages,
  retryOf,
  startWorker,
  store,
} from '../worker/fixture.ts'
import { liveJobsOf, makeEvents, noSuchEvent, tally } from './fixture.ts'

const options = { notify: true }

t.test('a replayed event', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  const [id = ''] = await makeEvents(pool)
  const result = await replayEvents(db, [id, id], options)

  await t.test('is as if it had just arrived, but for the last error', async (t) => {
    t.same(result, { replayed: 1, alreadyWaiting: 0, missing: 0 })
    const event = await db.selectFrom('webhook_event').selectAll().where('id', '=', id).executeTakeFirst()
    t.match(event, { status: 'received', attempts: 0, failed_at: null, last_error: 'Error: it broke' })
  })

  await t.test('has a new job with the settings of the queue, and no dead letter', async (t) => {
    const jobs = await liveJobsOf(pool, id)
    t.match(jobs, [{ name: EVENTS_QUEUE, state: 'created', retry_limit: 5, source_root_id: id }])
    t.not(jobs[0]?.id, id)
  })

  await t.test('gets no second job by a second replay', async (t) => {
    t.same(await replayEvents(db, [id], options), { replayed: 1, alreadyWaiting: 1, missing: 0 })
    t.equal((await liveJobsOf(pool, id)).length, 1)
  })

  await t.test('may be any event: those that are not there are counted', async (t) => {
    t.same(await replayEvents(db, [noSuchEvent()], options), { replayed: 0, alreadyWaiting: 0, missing: 1 })
  })
})

t.test('a retry that waits for its backoff is due at once, and stays the only job', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const allow = await refuseMessages(pool, ['AC1'])
  const worker = await startWorker(t, url)
  const [id = ''] = await store(pool, [messageReceived('AC1')])
  const { id: jobId } = await retryOf(pool, id)
  await allow()
  t.match(await replayEvents(db, [id], options), { replayed: 1, alreadyWaiting: 1 })
  await worker.eventWith(id, 'processed')
  t.match(attemptLines(worker), [
    { jobId, outcome: 'retry' },
    { jobId, attempt: 2, outcome: 'processed' },
  ])
})

t.test('an event that is being processed', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  /** An event whose job a worker has in hand. */
  const taken = async (messageId: string) => {
    const [id = ''] = await store(pool, [messageReceived(messageId)])
    const [job] = await boss.fetch(EVENTS_QUEUE)
    t.equal(job?.id, id)
    return id
  }

  await t.test('has one waiting job, even when the present attempt fails', async (t) => {
    const id = await taken('AC1')
    await replayEvents(db, [id], options)
    await boss.fail(EVENTS_QUEUE, id)
    t.match(await liveJobsOf(pool, id), [{ state: 'created', source_root_id: id }])
    t.equal((await liveJobsOf(pool, id)).length, 1, 'no retry of the first, no dead letter')
    await boss.deleteQueuedJobs(EVENTS_QUEUE)
  })

  await t.test('has one waiting job when the present attempt ends well', async (t) => {
    const id = await taken('AC2')
    await replayEvents(db, [id], options)
    await boss.complete(EVENTS_QUEUE, id)
    t.match(await liveJobsOf(pool, id), [{ state: 'created' }])
    await boss.deleteQueuedJobs(EVENTS_QUEUE)
  })

  await t.test('has one waiting job when the attempt fails while the replay waits for it', async (t) => {
    const id = await taken('AC3')
    const settling = await connect(t, pool)
    await settling.query('begin')
    const db3 = { executeSql: (text: string, values?: unknown[]) => settling.query(text, values) }
    await boss.fail(EVENTS_QUEUE, id, null, { db: db3 })
    const replaying = replayEvents(db, [id], options)
    await rowOf(
      pool,
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
    await settling.query('commit')
    t.match(await replaying, { replayed: 1, alreadyWaiting: 1 })
    t.match(await liveJobsOf(pool, id), [{ id, state: 'retry' }])
    t.equal((await liveJobsOf(pool, id)).length, 1)
    const { due } = await rowOf<{ due: boolean }>(
      pool,
      'select start_after <= now() as due from pgboss.job where id = $1',
      [id],
    )
    t.ok(due)
    await boss.deleteQueuedJobs(EVENTS_QUEUE)
  })

  await t.test('waits for a transaction that holds its row', async (t) => {
    const id = await taken('AC4')
    const processing = await connect(t, pool)
    await processing.query('begin')
    await processing.query(
      `update openphone.webhook_event set status = 'processed', processed_at = now() where id = $1`,
      [id],
    )
    const replaying = replayEvents(db, [id], options)
    await rowOf(
      pool,
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
    await processing.query('commit')
    await replaying
    t.match(await db.selectFrom('webhook_event').select('status').where('id', '=', id).execute(), [
      { status: 'received' },
    ])
    t.match(await liveJobsOf(pool, id), [{ state: 'active' }, { state: 'created' }])
  })
})

t.test(
  'twice at once, while workers run, every event is processed and none has two waiting jobs',
  async (t) => {
    const { url, pool, db } = await prepareTestDatabase(t)
    const ids = await makeEvents(pool, { count: 3_000 })
    const workers = await Promise.all([
      startWorker(t, url),
      startWorker(t, url, { env: { WORKER_BATCH_SIZE: '50' } }),
    ])
    const most: number[] = []
    const watch = setInterval(() => void tally(pool).then(({ waitingMost }) => most.push(waitingMost)), 50)
    await Promise.all([
      replayEvents(db, ids, options),
      replayEvents(db, ids.toReversed(), options),
      replayMatching(db, await fixFilter(db, { status: 'failed' }), options),
    ])
    await replayEvents(db, ids, options)
    await rowOf(
      pool,
      `select from openphone.webhook_event having count(*) filter (where status = 'processed') = $1`,
      [ids.length],
    )
    clearInterval(watch)
    t.ok(most.length > 0 && Math.max(...most) <= 1, `${most.length} looks`)
    t.same((await tally(pool)).statuses, { processed: ids.length })
    t.ok(workers.every((worker) => !worker.logLines.some((line) => line.includes('queue_error'))))
    t.same((await pool.query('select count(*)::int from pgboss.job where name = $1', [DEAD_QUEUE])).rows, [
      { count: 0 },
    ])
  },
)

t.test(
  'events that keep failing while they are replayed end as failed, once, with one dead letter',
  async (t) => {
    const { url, pool, db } = await prepareTestDatabase(t)
    // Its payload lacks the id, so every attempt fails for good.
    const ids = await makeEvents(pool, { count: 200, type: 'call.summary.completed' })
    await startWorker(t, url)
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([replayEvents(db, ids, options), replayEvents(db, ids, options)])
    }
    await rowOf(
      pool,
      `select from openphone.webhook_event event
    where status = 'failed' and not exists (
      select from pgboss.job where data ->> 'eventId' = event.id::text and state in ('created', 'retry', 'active')
        and name = $1
    ) having count(*) = $2`,
      [EVENTS_QUEUE, ids.length],
    )
    const { rows } = await pool.query(
      `select count(*)::int as letters, count(distinct source_root_id)::int as events from pgboss.job where name = $1`,
      [DEAD_QUEUE],
    )
    t.same(rows, [{ letters: ids.length, events: ids.length }])
  },
)

t.test('10,000 events are replayed within 10 seconds', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  await makeEvents(pool, { count: 10_000 })
  const soFar: number[] = []
  const started = performance.now()
  const result = await replayMatching(db, await fixFilter(db, { status: 'failed' }), {
    ...options,
    onBatch: ({ replayed }) => soFar.push(replayed),
  })
  const seconds = (performance.now() - started) / 1000
  t.match(result, { replayed: 10_000 })
  t.ok(seconds < 10, `${seconds.toFixed(2)} s`)
  t.same(soFar.length, 10, 'in batches of 1,000')
  t.same(await tally(pool), { statuses: { received: 10_000 }, waitingMost: 1 })
})

t.test('a filter', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  await makeEvents(pool, { count: 3, ageHours: 5 })
  await makeEvents(pool, { count: 2, type: 'call.completed', error: 'Error: another' })
  await makeEvents(pool, { count: 4, status: 'processed', ageHours: 2 })
  const match = async (filter: Parameters<typeof fixFilter>[1]) =>
    (await replayMatching(db, await fixFilter(db, filter), options)).replayed
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)

  await t.test('takes events of one status, type, error and time', async (t) => {
    t.equal(await match({ status: 'failed', type: 'call.missed' }), 0)
    t.equal(await match({ status: 'failed', error: 'Error: nothing' }), 0)
    t.equal(await match({ status: 'failed', since: hoursAgo(6), until: hoursAgo(4) }), 3)
    t.equal(await match({ status: 'processed', since: hoursAgo(1) }), 0)
    t.equal(await match({ status: 'processed', until: hoursAgo(1) }), 4)
    t.equal(await match({ status: 'failed', type: 'call.completed', error: 'Error: another' }), 2)
  })
})
