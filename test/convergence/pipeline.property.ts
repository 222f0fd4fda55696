import assert from 'node:assert'
import { randomInt } from 'node:crypto'
import t, { type Test } from 'tap'
import { GroupCommit } from '../../src/outbox/outbox.ts'
import { storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import { rowOf } from '../db/prepared.ts'
import { spawnApp } from '../helper/app-process.ts'
import { secrets } from '../helper/secrets.ts'
import type { PlannedDelivery } from './arrangement.ts'
import { type History, historyOf } from './history.ts'
import { holds } from './holds.ts'
import { deliveryOf, openReplica, type Replica } from './replica.ts'
import { rowsAfter } from './run-history.ts'

const HISTORIES = 20
const PAIRS_MAX = 40

/** Jobs that a worker has or will get. */
const unsettled = `
  select from pgboss.job where name = 'openphone-events' and state in ('created', 'retry', 'active')`

t.test('the rows end the same through outbox, queue and competing worker processes', async (t) => {
  const reference = await openReplica(t)
  const live = await openReplica(t)
  await startWorkers(t, live.url)
  await holds(t, HISTORIES, historyOf(undefined, PAIRS_MAX), async (history) => {
    const expected = await rowsAfter(reference, history.events)
    await live.clear()
    await submitAsPlanned(live, history)
    await rowOf(live.pool, `select where not exists (${unsettled})`)
    assert.deepStrictEqual(await live.rows(), expected)
  })
})

/** Workers with small and large batches, all of them on the same queue. */
async function startWorkers(t: Test, databaseUrl: string): Promise<void> {
  const batchSizes = [1, randomInt(2, 20), 500]
  t.comment(`batch sizes ${batchSizes.join(', ')}`)
  const workers = batchSizes.map((batchSize) =>
    spawnApp(t, {
      ROLE: 'worker',
      DATABASE_URL: databaseUrl,
      OPENPHONE_SIGNING_SECRETS: secrets.hex,
      WORKER_BATCH_SIZE: String(batchSize),
    }),
  )
  await Promise.all(workers.map((worker) => worker.logged('started')))
}

/** Each batch of the plan arrives at one moment; then what the plan replays arrives again. */
async function submitAsPlanned({ pool }: Replica, { events, plan }: History): Promise<void> {
  const store = storeDeliveriesIn(pool, { notify: true })
  const outbox = new GroupCommit({ store, waitingMax: 1000, waitingBytesMax: 2 ** 26 })
  const submit = ({ event, delivery }: PlannedDelivery) => {
    const body = events[event]?.body
    assert(body)
    return outbox.submit(deliveryOf(body, `${event} ${delivery}`))
  }
  for (const batch of plan.batches) await Promise.all(batch.map(submit))
  for (const { status } of await Promise.all(plan.replayed.map(submit))) {
    assert.strictEqual(status, 'duplicate')
  }
  await outbox.close()
}
