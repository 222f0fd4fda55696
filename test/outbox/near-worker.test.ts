import type pg from 'pg'
import { type NearWorker, storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import { EVENTS_QUEUE, type EventJob } from '../../src/queue/names.ts'
import { prepareTestDatabase, startTestBoss } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { startWorker } from '../worker/fixture.ts'
import { buildDelivery } from './build.ts'

/** A worker in the same process that does nothing but note what it is told. */
class Listener implements NearWorker {
  hasRoom = true
  wakes = 0
  jobs: EventJob[] = []

  process(jobs: readonly EventJob[]): void {
    this.jobs.push(...jobs)
  }

  wake(): void {
    this.wakes += 1
  }
}

function storeNear(pool: pg.Pool) {
  const nearWorker = new Listener()
  return { nearWorker, store: storeDeliveriesIn(pool, { notify: false, nearWorker }) }
}

t.test('a worker in the same process', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)

  await t.test('is given the events that are new, and their jobs are held back from others', async (t) => {
    const { nearWorker, store } = storeNear(pool)
    const delivery = buildDelivery()
    const [first] = await store([delivery])
    const [repeated, second] = await store([delivery, buildDelivery({ type: 'call.ringing' })])
    t.equal(repeated?.status, 'duplicate')
    t.same(nearWorker.jobs, [
      { eventId: first?.eventId, type: 'message.received' },
      { eventId: second?.eventId, type: 'call.ringing' },
    ])
    t.equal(nearWorker.wakes, 0)
    const { rows } = await pool.query(
      `select extract(epoch from start_after - created_on)::int as seconds, state from pgboss.job where name = $1`,
      [EVENTS_QUEUE],
    )
    t.same(rows, [
      { seconds: 1, state: 'created' },
      { seconds: 1, state: 'created' },
    ])
  })

  await t.test('is only woken when it has no room, and the jobs are there for everybody', async (t) => {
    await pool.query('truncate pgboss.job')
    const { nearWorker, store } = storeNear(pool)
    nearWorker.hasRoom = false
    const delivery = buildDelivery()
    const [stored] = await store([delivery])
    t.equal(nearWorker.wakes, 1)
    t.same(nearWorker.jobs, [])
    const fetched = await boss.fetch(EVENTS_QUEUE)
    t.same(
      fetched.map(({ id }) => id),
      [stored?.eventId],
    )
    await store([delivery])
    t.equal(nearWorker.wakes, 1, 'and not for duplicates')
  })
})

t.test('what a worker in the same process never gets to is processed by another', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const worker = await startWorker(t, url)
  const { store } = storeNear(pool)
  const [stored] = await store([buildDelivery()])
  t.match(await worker.eventWith(stored?.eventId ?? '', 'processed'), { attempts: 1 })
})
