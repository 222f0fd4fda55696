import { countPurgeable, purgeEvents } from '../../src/retention/purge-events.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { makeEvents, tally } from '../ops/fixture.ts'

const HOUR = 3_600

t.test('old events', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  for (const status of ['received', 'processed', 'ignored', 'failed'] as const) {
    await makeEvents(pool, { status, count: 2, ageHours: 100 * 24 })
    await makeEvents(pool, { status, count: 3, ageHours: 29 })
    await makeEvents(pool, { status, count: 5, ageHours: 27 })
  }
  await pool.query(`insert into openphone.contact_number (id) values ('+15555550101')`)
  const all = { received: 10, processed: 10, ignored: 10, failed: 10 }

  await t.test('are removed when they are processed or ignored, and older than asked', async (t) => {
    t.equal(await countPurgeable(db, 90 * 24 * HOUR), 4)
    t.equal(await purgeEvents(db, { olderThanSeconds: 90 * 24 * HOUR }), 4)
    t.same((await tally(pool)).statuses, { ...all, processed: 8, ignored: 8 })
  })

  await t.test('are never younger than 28 hours, whatever is asked', async (t) => {
    t.equal(await countPurgeable(db, 0), 6)
    t.equal(await purgeEvents(db, { olderThanSeconds: 0 }), 6)
    t.same((await tally(pool)).statuses, { ...all, processed: 5, ignored: 5 })
    t.equal(await purgeEvents(db, { olderThanSeconds: 0 }), 0)
  })

  await t.test('leave the rows they turned into', async (t) => {
    t.same((await pool.query('select id from openphone.contact_number')).rows, [{ id: '+15555550101' }])
  })
})

t.test('an event that arrived late by the database stays, whatever its id says', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  const ids = await makeEvents(pool, { status: 'processed', ageHours: 1_000 })
  await pool.query('update openphone.webhook_event set received_at = now() where id = $1', ids)
  t.equal(await purgeEvents(db, { olderThanSeconds: 90 * 24 * HOUR }), 0)
})

t.test('many are removed in batches, past those that stay', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  await makeEvents(pool, { status: 'failed', count: 6_000, ageHours: 51 })
  await makeEvents(pool, { status: 'processed', count: 9_001, ageHours: 50 })
  const batches: number[] = []
  const removed = await purgeEvents(db, { olderThanSeconds: 0, onBatch: (soFar) => batches.push(soFar) })
  t.equal(removed, 9_001)
  t.same(batches, [0, 4_000, 9_000, 9_001])
  t.same((await tally(pool)).statuses, { failed: 6_000 })
})

t.test('a purge that is told to stop ends after the batch in hand', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  await makeEvents(pool, { status: 'processed', count: 5_500, ageHours: 50 })
  const stop = new AbortController()
  const removed = await purgeEvents(db, {
    olderThanSeconds: 0,
    signal: stop.signal,
    onBatch: () => stop.abort(),
  })
  t.equal(removed, 5_000)
  t.same((await tally(pool)).statuses, { processed: 500 })
})
