import type pg from 'pg'
import type { PgBoss } from 'pg-boss'
import { registry } from '../../src/events/index.ts'
import { readEventHistory } from '../../src/ops/event-history.ts'
import { storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import { completeUnfetchedJobs } from '../../src/queue/event-jobs.ts'
import { EVENTS_QUEUE, type EventJob } from '../../src/queue/names.ts'
import type { Delivery } from '../../src/webhook/delivery.ts'
import type { Attempt } from '../../src/worker/attempt.ts'
import { FastPath } from '../../src/worker/fast-path.ts'
import { publishThrough } from '../../src/worker/publish.ts'
import { connect, prepareTestDatabase, rowOf, silentLog, startTestBoss } from '../db/prepared.ts'
import t, { type Test } from '../helper/tap.ts'
import { buildDelivery } from '../outbox/build.ts'
import { type JobRow, jobsOf, messageReceived, refuseMessages, store } from './fixture.ts'

/** A message that cannot be filed: it has no id. */
const withoutId = () =>
  buildDelivery({ payload: Buffer.from('{"type":"message.received","data":{"resource":{"text":"Hi"}}}') })

/** A database on which nobody fetches jobs, and a fast path for what is stored in it. */
async function openFastPath(t: Test, { batchSize = 10, onAttempt = () => {} } = {}) {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const attempts: Attempt[] = []
  const batches: number[] = []
  const left = { times: 0 }
  const fastPath = new FastPath({
    db,
    registry,
    log: silentLog,
    publish: publishThrough(boss, silentLog),
    batchSize,
    onAttempt: (attempt) => {
      attempts.push(attempt)
      onAttempt()
    },
    onBatch: (events) => batches.push(events),
    onLeft: () => {
      left.times += 1
    },
  })
  t.teardown(() => fastPath.stop())
  /** Stores deliveries, as one group, for the fast path. @returns the ids of their events. */
  const storeNear = async (...deliveries: Delivery[]): Promise<string[]> => {
    const nearWorker = {
      hasRoom: true,
      process: (jobs: readonly EventJob[]) => fastPath.process(jobs),
      wake: () => {},
    }
    const stored = await storeDeliveriesIn(pool, { notify: false, nearWorker })(deliveries)
    return stored.map(({ eventId }) => eventId)
  }
  /** Stores a delivery as another process would. @returns the id of its event. */
  const storeFar = async (delivery: Delivery): Promise<string> => {
    const [stored] = await storeDeliveriesIn(pool, { notify: false })([delivery])
    return stored?.eventId ?? ''
  }
  return { pool, db, boss, fastPath, attempts, batches, left, storeNear, storeFar }
}

function eventWith(pool: pg.Pool, id: string, status: string) {
  return rowOf(pool, 'select * from openphone.webhook_event where id = $1 and status = $2', [id, status])
}

/** The first job of an event, once it is as `condition` says. */
function jobWhere(pool: pg.Pool, id: string, condition: string): Promise<JobRow> {
  return rowOf<JobRow>(pool, `select * from pgboss.job where id = $1 and ${condition}`, [id])
}

t.test('the fast path', async (t) => {
  const { pool, db, boss, fastPath, attempts, batches, left, storeNear, storeFar } = await openFastPath(t)
  t.afterEach(() => {
    attempts.length = 0
    batches.length = 0
    left.times = 0
  })

  await t.test('processes an event and completes its job, which nobody fetched', async (t) => {
    const [id = ''] = await storeNear(messageReceived('AC1'))
    t.match(await eventWith(pool, id, 'processed'), { attempts: 1, last_error: null })
    t.match(await jobsOf(pool, id), [{ state: 'completed', retry_count: 0, output: null }])
    t.equal((await pool.query(`select from openphone.message where id = 'AC1'`)).rowCount, 1)
    t.match(attempts, [{ type: 'message.received', outcome: 'processed', lagSeconds: Number }])
    t.equal(left.times, 0)
    const history = await readEventHistory(db, registry, id)
    t.same(
      history?.timeline.map(({ what }) => what),
      ['occurred', 'received', 'attempt-started', 'processed', 'job-ended'],
      'operators see an attempt like any other',
    )
  })

  await t.test('ignores an event of a type that nobody knows', async (t) => {
    const [id = ''] = await storeNear(buildDelivery({ type: 'fax.received' }))
    await eventWith(pool, id, 'ignored')
    t.match(await jobsOf(pool, id), [{ state: 'completed' }])
    t.match(attempts, [{ outcome: 'ignored', lagSeconds: null }])
  })

  await t.test('tells subscribers in the same transaction', async (t) => {
    await boss.createQueue('billing')
    await boss.subscribe('openphone.message.received', 'billing')
    const [id = ''] = await storeNear(messageReceived('AC2'))
    await eventWith(pool, id, 'processed')
    t.match(await boss.fetch('billing'), [{ data: { eventId: id } }])
    await boss.unsubscribe('openphone.message.received', 'billing')
  })

  await t.test('leaves an event that no attempt can handle to the queue, and only that', async (t) => {
    const [bad = '', good = ''] = await storeNear(withoutId(), messageReceived('AC3'))
    await eventWith(pool, good, 'processed')
    await jobWhere(pool, bad, `state = 'created' and start_after = created_on`)
    t.match(await eventWith(pool, bad, 'received'), { attempts: 0 }, 'no attempt is counted')
    t.match(await jobsOf(pool, good), [{ state: 'completed' }])
    t.equal(left.times, 1, 'somebody is told to fetch it')
  })

  await t.test('leaves a batch that the database refuses to the queue, at once', async (t) => {
    const allow = await refuseMessages(pool, ['AC4'])
    const ids = await storeNear(messageReceived('AC4'), messageReceived('AC5'))
    for (const id of ids) {
      const job = await jobWhere(pool, id, 'start_after = created_on')
      t.match(job, { state: 'created', retry_count: 0 })
      t.match(await eventWith(pool, id, 'received'), { attempts: 0 })
    }
    const fetched = await boss.fetch(EVENTS_QUEUE, { batchSize: 10 })
    for (const id of ids) t.ok(fetched.some((job) => job.id === id))
    await allow()
  })

  await t.test('does not complete a job that somebody fetched meanwhile', async (t) => {
    const id = await storeFar(messageReceived('AC6'))
    const [job] = await boss.fetch(EVENTS_QUEUE)
    t.equal(job?.id, id)
    fastPath.process([{ eventId: id, type: 'message.received' }])
    await eventWith(pool, id, 'processed')
    t.match(await jobsOf(pool, id), [{ state: 'active' }], 'who fetched it settles it')
    await boss.complete(EVENTS_QUEUE, id)
  })

  await t.test('leaves an event that is done, or not there, as it is', async (t) => {
    const id = await storeFar(messageReceived('AC7'))
    await pool.query(`update openphone.webhook_event set status = 'processed', attempts = 7 where id = $1`, [
      id,
    ])
    fastPath.process([{ eventId: id, type: 'message.received' }])
    fastPath.process([{ eventId: '00000000-0000-7000-8000-000000000000', type: 'message.received' }])
    const [next = ''] = await storeNear(messageReceived('AC8'))
    await eventWith(pool, next, 'processed')
    t.match(await eventWith(pool, id, 'processed'), { attempts: 7 })
    t.match(await jobsOf(pool, id), [{ state: 'created' }], 'whoever fetches its job finds it done')
  })
})

t.test('the fast path begins with what comes in the very moment it ends', async (t) => {
  let whenAttempted = () => {}
  const { pool, fastPath, storeFar } = await openFastPath(t, { onAttempt: () => whenAttempted() })
  for (let turns = 0; turns <= 12; turns += 1) {
    const first = await storeFar(messageReceived(`ACfirst${turns}`))
    const second = await storeFar(messageReceived(`ACsecond${turns}`))
    whenAttempted = async () => {
      whenAttempted = () => {}
      // So many turns after the attempt has been told of: at one of them the batch is over.
      for (let turn = 0; turn < turns; turn += 1) await undefined
      fastPath.process([{ eventId: second, type: 'message.received' }])
    }
    fastPath.process([{ eventId: first, type: 'message.received' }])
    await eventWith(pool, second, 'processed')
  }
  t.pass('at whatever turn of the event loop')
})

t.test('while a batch of the fast path is under way', async (t) => {
  const { pool, fastPath, batches, storeNear } = await openFastPath(t, { batchSize: 3 })
  const holder = await connect(t, pool)
  await holder.query('begin')
  // A row that is not committed: the write of the same id waits for it.
  await holder.query(`insert into openphone.message (id) values ('AC1')`)
  const [held = ''] = await storeNear(messageReceived('AC1'))
  t.equal(fastPath.hasRoom, true, 'at first there is room for more')
  const waiting = await storeNear(...['AC2', 'AC3', 'AC4', 'AC5'].map((id) => messageReceived(id)))

  await t.test('there is no room when enough waits for the next', async (t) => {
    t.equal(fastPath.hasRoom, false, 'as many wait as make a batch')
  })

  await t.test('stopping it waits for all that it has', async (t) => {
    let hasStopped = false
    const stopped = fastPath.stop().then(() => {
      hasStopped = true
    })
    t.equal(fastPath.hasRoom, false)
    await pool.query('select 1')
    t.equal(hasStopped, false)
    await holder.query('rollback')
    await stopped
    for (const id of [held, ...waiting]) await eventWith(pool, id, 'processed')
    t.same(batches, [1, 3, 1], 'what waited shared batches')
  })

  await t.test('what comes after that is left to the queue', async (t) => {
    const [id = ''] = await storeNear(messageReceived('AC6'))
    t.match(await jobsOf(pool, id), [{ state: 'created' }])
  })
})

t.test('a job completed by the fast path equals one that pg-boss completed, column by column', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss: PgBoss = await startTestBoss(t, url)
  const [ours = '', theirs = ''] = await store(pool, [messageReceived('AC1'), messageReceived('AC2')])
  await completeUnfetchedJobs([ours]).execute(db)
  await boss.complete(EVENTS_QUEUE, theirs, null, { includeQueued: true })
  const rowsOf = async (id: string) => {
    const { rows } = await pool.query(
      `select to_jsonb(job) - '{id,data,created_on,start_after,keep_until,completed_on,started_on}'::text[] as row,
        start_after - created_on as held_back, completed_on is not null as is_completed
      from pgboss.job as job where id = $1`,
      [id],
    )
    return rows
  }
  t.same(await rowsOf(ours), await rowsOf(theirs))
})
