import type pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { insertEventJobs } from '../queue/event-jobs.ts'
import { notifyWorkers } from '../queue/notifications.ts'
import type { Delivery } from '../webhook/delivery.ts'

/** What became of a delivery. A duplicate's event is the one stored first. */
export interface Stored {
  readonly status: 'queued' | 'duplicate'
  readonly eventId: string
}

/** Stores a group of deliveries in one transaction; the results are in the deliveries' order. */
export type StoreDeliveries = (deliveries: readonly Delivery[]) => Promise<Stored[]>

/**
 * The whole transaction is one statement: the events that are new, a job for each with the queue's own
 * settings, and one notification for workers in other processes, in the way that pg-boss's `insert`
 * writes them (a test holds the two against each other). One round trip and one commit for the group.
 */
const storeStatement = (notify: boolean) => `
with delivery as (
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[])
    as d (id, dedupe_key, type, scheme, api_version, provider_event_id, occurred_at, payload)
),
event as (
  insert into openphone.webhook_event (id, dedupe_key, type, scheme, api_version, provider_event_id, occurred_at, payload)
  select id, dedupe_key, type, scheme, api_version, provider_event_id, occurred_at, payload::json
  from delivery
  on conflict (dedupe_key) do nothing
  returning id, type
),
job as (
  ${insertEventJobs({ jobId: 'event.id', rootId: 'null::uuid' })}
  returning id
),
notification as (
  select ${notify ? notifyWorkers : ''} from job limit 1
)
select id from event where (select count(*) from notification) >= 0`

const findDuplicatesStatement = `
select id, dedupe_key from openphone.webhook_event where dedupe_key = any ($1::text[])`

/**
 * @param notify whether workers in other processes are told.
 * @param isPrepared whether the database keeps the statements by name. Without it, storing costs a plan each
 *   time; a pooler that hands every transaction another connection may not know the names.
 */
export function storeDeliveriesIn(pool: pg.Pool, notify: boolean, isPrepared = true): StoreDeliveries {
  const storeText = storeStatement(notify)

  return async (deliveries) => {
    // In the order of their keys, so that two processes storing the same deliveries cannot deadlock.
    const rows = deliveries
      .map((delivery) => ({ id: uuidv7(), delivery }))
      .sort((a, b) => (a.delivery.dedupeKey < b.delivery.dedupeKey ? -1 : 1))
    const { rows: events } = await pool.query<{ id: string }>({
      ...(isPrepared && { name: 'store_deliveries' }),
      text: storeText,
      values: [
        rows.map((row) => row.id),
        rows.map((row) => row.delivery.dedupeKey),
        rows.map((row) => row.delivery.type),
        rows.map((row) => row.delivery.scheme),
        rows.map((row) => row.delivery.apiVersion),
        rows.map((row) => row.delivery.providerEventId),
        rows.map((row) => row.delivery.occurredAt),
        rows.map((row) => row.delivery.payload.toString()),
      ],
    })
    const newIds = new Set(events.map((event) => event.id))
    const stored = new Map<Delivery, Stored>()
    const duplicates: Delivery[] = []
    for (const { id, delivery } of rows) {
      if (newIds.has(id)) stored.set(delivery, { status: 'queued', eventId: id })
      else duplicates.push(delivery)
    }
    if (duplicates.length > 0) {
      const first = await findFirst(pool, duplicates, isPrepared)
      for (const delivery of duplicates) {
        const eventId = first.get(delivery.dedupeKey)
        if (eventId === undefined) throw new Error('A delivery was neither stored nor found stored')
        stored.set(delivery, { status: 'duplicate', eventId })
      }
    }
    return deliveries.map((delivery) => stored.get(delivery) as Stored)
  }
}

/** The ids of the events that were stored first under the deliveries' keys. */
async function findFirst(
  pool: pg.Pool,
  duplicates: readonly Delivery[],
  isPrepared: boolean,
): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; dedupe_key: string }>({
    ...(isPrepared && { name: 'find_duplicates' }),
    text: findDuplicatesStatement,
    values: [duplicates.map((delivery) => delivery.dedupeKey)],
  })
  return new Map(rows.map((row) => [row.dedupe_key, row.id]))
}
