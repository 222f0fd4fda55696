import { redriveDeadLetters } from '../../src/ops/redrive.ts'
import { replayEvents } from '../../src/ops/replay-events.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { prepareTestDatabase, rowOf, startTestBoss } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { deadLetterOf, messageReceived, refuseMessages, startWorker, store } from '../worker/fixture.ts'
import { liveJobsOf, makeDeadLetters, makeEvents, tally } from './fixture.ts'

t.test('dead letters go back to the events queue, and their events are received again', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const [old = '', id = ''] = [
    ...(await makeEvents(pool, { ageHours: 3 })),
    ...(await makeEvents(pool, { ageHours: 1 })),
  ]

  await t.test('the oldest first, as many as are asked for', async (t) => {
    t.same(await redriveDeadLetters(db, boss, { limit: 1 }), { moved: 1, settled: 0 })
    t.match(await liveJobsOf(pool, old), [{ name: EVENTS_QUEUE, state: 'created', source_root_id: old }])
    t.match(await liveJobsOf(pool, id), [{ name: DEAD_QUEUE }])
    t.same((await tally(pool)).statuses, { received: 1, failed: 1 })
  })

  await t.test('then all others', async (t) => {
    t.same(await redriveDeadLetters(db, boss), { moved: 1, settled: 0 })
    t.same((await tally(pool)).statuses, { received: 2 })
    t.same(await redriveDeadLetters(db, boss), { moved: 0, settled: 0 })
  })
})

t.test('dead letters that are of no more use are removed instead', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const done = await makeEvents(pool, { status: 'processed' })
  const waiting = await makeEvents(pool)
  await replayEvents(db, waiting, { notify: false })
  const gone = await makeEvents(pool)
  await pool.query('delete from openphone.webhook_event where id = $1', gone)
  await makeDeadLetters(pool, [...done, ...waiting])
  const twice = await makeEvents(pool)
  await makeDeadLetters(pool, twice)

  t.same(await redriveDeadLetters(db, boss), { moved: 1, settled: 4 })
  t.same(await tally(pool), { statuses: { processed: 1, received: 2 }, waitingMost: 1 })
  t.same((await pool.query('select id from pgboss.job where name = $1', [DEAD_QUEUE])).rows, [])
})

t.test('dead letters of other queues stay where they are', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const [id = ''] = await makeEvents(pool)
  await boss.createQueue('subscriber', { deadLetter: DEAD_QUEUE })
  await pool.query(`update pgboss.job set source_name = 'subscriber' where source_root_id = $1`, [id])
  t.same(await redriveDeadLetters(db, boss), { moved: 0, settled: 0 })
  t.match(await liveJobsOf(pool, id), [{ name: DEAD_QUEUE }])
})

t.test('a dead letter is processed after its redrive, and its story stays together', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t, { RETRY_LIMIT: '0' })
  const boss = await startTestBoss(t, url)
  const allow = await refuseMessages(pool, ['AC1'])
  const worker = await startWorker(t, url, { env: { RETRY_LIMIT: '0' } })
  const [id = ''] = await store(pool, [messageReceived('AC1')])
  await deadLetterOf(pool, id)
  await redriveDeadLetters(db, boss)
  await rowOf(pool, 'select from pgboss.job where name = $1 and source_root_id = $2 and source_id <> $2', [
    DEAD_QUEUE,
    id,
  ])
  await worker.eventWith(id, 'failed')
  await allow()
  t.same(await redriveDeadLetters(db, boss), { moved: 1, settled: 0 })
  t.match(await worker.eventWith(id, 'processed'), { attempts: 1 })
})

t.test('thousands are moved in batches, by two at once and while workers run, each once', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const ids = await makeEvents(pool, { count: 2_500 })
  await startWorker(t, url)
  const batches: number[] = []
  const results = await Promise.all([
    redriveDeadLetters(db, boss, { onBatch: ({ moved }) => batches.push(moved) }),
    redriveDeadLetters(db, boss),
  ])
  t.equal(
    results.reduce((sum, { moved }) => sum + moved, 0),
    ids.length,
  )
  t.ok(batches.length > 0)
  await rowOf(
    pool,
    `select from openphone.webhook_event having count(*) filter (where status = 'processed') = $1`,
    [ids.length],
  )
})
