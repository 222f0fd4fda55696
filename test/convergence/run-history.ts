import type { PlannedDelivery } from './arrangement.ts'
import type { HistoryEvent } from './event.ts'
import type { History } from './history.ts'
import { deliveryOf, type Replica, type Rows } from './replica.ts'

/** What a history leads to: told in order and at once, and as planned. */
export interface Outcomes {
  readonly inOrder: Rows
  readonly asPlanned: Rows
}

export async function runHistory(replica: Replica, history: History): Promise<Outcomes> {
  const { events, plan } = history
  await replica.clear()
  const firsts = await replica.store(events.map((event, index) => deliveryOf(event.body, `${index}`)))
  const repeats = await replica.store(events.map((event, index) => deliveryOf(event.body, `${index} again`)))
  const idOf = ({ event, delivery }: PlannedDelivery) => {
    const id = (delivery === 'first' ? firsts : repeats)[event]
    return id === undefined ? [] : [id]
  }

  await replica.process(firsts)
  const inOrder = await replica.rows()

  await replica.forget()
  const batches = plan.batches.map((batch) => batch.flatMap(idOf))
  await processTogether(replica, batches, plan.workers)
  const replayed = plan.replayed.flatMap(idOf)
  await replica.reopen(replayed)
  await replica.process(replayed)
  return { inOrder, asPlanned: await replica.rows() }
}

/** What the events lead to, processed at once. */
export async function rowsAfter(replica: Replica, events: readonly HistoryEvent[]): Promise<Rows> {
  await replica.clear()
  const ids = await replica.store(events.map((event, index) => deliveryOf(event.body, `${index}`)))
  await replica.process(ids)
  return replica.rows()
}

/** Workers that take turns at the batches, each at its own pace. */
async function processTogether(replica: Replica, batches: string[][], workers: number): Promise<void> {
  const queue = batches.values()
  const work = async () => {
    for (const batch of queue) await replica.process(batch)
  }
  const results = await Promise.allSettled(Array.from({ length: workers }, work))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
