import type pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { arrayParameter, type ElementType } from '../db/array-parameter.ts'
import { insertEventJobs } from '../queue/event-jobs.ts'
import type { EventJob } from '../queue/names.ts'
import { notifyWorkers } from '../queue/notifications.ts'
import type { Delivery } from '../webhook/delivery.ts'

/** What became of a delivery. A duplicate's event is the one stored first. */
export interface Stored {
  readonly status: 'queued' | 'duplicate'
  readonly eventId: string
}

/** Stores a group of deliveries in one transaction; the results are in the deliveries' order. */
export type StoreDeliveries = (deliveries: readonly Delivery[]) => Promise<Stored[]>

/** A worker in the same process. */
export interface NearWorker {
  /** Whether it would get at once to what is stored now. */
  readonly hasRoom: boolean
  /** Processes events without fetching their jobs, which are held back from others for `HELD_BACK_SECONDS`. */
  process(jobs: readonly EventJob[]): void
  /** Looks for jobs. */
  wake(): void
}

export interface StoreOptions {
  /** Whether workers in other processes are told. */
  readonly notify: boolean
  /**
   * Whether the database keeps the statements by name; true when absent. Without it, storing costs a plan each
   * time; a pooler that hands every transaction another connection may not know the names.
   */
  readonly isPrepared?: boolean
  readonly nearWorker?: NearWorker | undefined
}

/**
 * Many times as long as a worker of the same process takes for what it gets to at once, and not long for others to
 * wait when it dies or fails at it.
 */
const HELD_BACK_SECONDS = 1

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
  select id, dedupe_key, type, scheme, api_version, provider_event_id, occurred_at, payload::json from delivery
  on conflict (dedupe_key) do nothing
  returning id, type
),
job as (
  ${insertEventJobs({ jobId: 'event.id', rootId: 'null::uuid', heldBackSeconds: '$9::int' })}
  returning id
),
notification as (
  select ${notify ? notifyWorkers : ''} from job limit 1
)
select id from event where (select count(*) from notification) >= 0`

const findDuplicatesStatement = `
select id, dedupe_key from openphone.webhook_event where dedupe_key = any ($1::text[])`

export function storeDeliveriesIn(
  pool: pg.Pool,
  { notify, isPrepared = true, nearWorker }: StoreOptions,
): StoreDeliveries {
  const storeText = storeStatement(notify)

  return async (deliveries) => {
    const isNear = nearWorker?.hasRoom ?? false
    // In the order of their keys, so that two processes storing the same deliveries cannot deadlock.
    const rows = deliveries
      .map((delivery) => ({ id: uuidv7(), delivery }))
      .sort((a, b) => (a.delivery.dedupeKey < b.delivery.dedupeKey ? -1 : 1))
    const list = (type: ElementType, read: (row: { id: string; delivery: Delivery }) => unknown) =>
      arrayParameter(type, rows.map(read))
    const { rows: events } = await pool.query<{ id: string }>({
      ...(isPrepared && { name: 'store_deliveries' }),
      text: storeText,
      values: [
        list('uuid', ({ id }) => id),
        list('text', ({ delivery }) => delivery.dedupeKey),
        list('text', ({ delivery }) => delivery.type),
        list('text', ({ delivery }) => delivery.scheme),
        list('text', ({ delivery }) => delivery.apiVersion),
        list('text', ({ delivery }) => delivery.providerEventId),
        list('timestamptz', ({ delivery }) => delivery.occurredAt),
        list('json', ({ delivery }) => delivery.payload),
        isNear ? HELD_BACK_SECONDS : 0,
      ],
    })
    const newIds = new Set(events.map((event) => event.id))
    const stored = new Map<Delivery, Stored>()
    const jobs: EventJob[] = []
    const duplicates: Delivery[] = []
    for (const { id, delivery } of rows) {
      if (!newIds.has(id)) {
        duplicates.push(delivery)
        continue
      }
      stored.set(delivery, { status: 'queued', eventId: id })
      jobs.push({ eventId: id, type: delivery.type })
    }
    if (jobs.length > 0) {
      if (isNear) nearWorker?.process(jobs)
      else nearWorker?.wake()
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
