import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Database } from '../tables/database.ts'
import type { EventStatus } from '../tables/webhook-event.ts'
import { type Cursor, cursorOf } from './list-cursor.ts'

/** Which events are meant; what is left out does not matter. */
export interface ListFilter {
  readonly status?: EventStatus | undefined
  readonly type?: string | undefined
  /** The whole text of the last error; null for events without one. */
  readonly error?: string | null | undefined
  /** From this time on: of the failure with status `failed`, else of the arrival. */
  readonly since?: Date | undefined
  /** Up to this time, and not at it. */
  readonly until?: Date | undefined
  /** A text that the payload contains, as it stands there. */
  readonly containing?: string | undefined
}

export interface ListedEvent {
  readonly id: string
  readonly type: string
  readonly status: EventStatus
  readonly attempts: number
  /** Of the last attempt that failed; kept when a later one succeeds. */
  readonly error: string | null
  readonly providerEventId: string | null
  readonly occurredAt: Date | null
  readonly receivedAt: Date
  readonly processedAt: Date | null
  readonly failedAt: Date | null
}

/** Some events, the newest first: by failure with status `failed`, else by arrival. */
export interface EventPage {
  readonly events: readonly ListedEvent[]
  /** Where the next page begins; null when there is none. */
  readonly next: string | null
  /** Everything back to this time has been looked at; null when everything has. */
  readonly lookedBackTo: Date | null
}

export interface PageOptions {
  readonly limit: number
  /** Where the page before ended. */
  readonly after?: Cursor | undefined
}

/**
 * Events looked at for one page, so that a filter that matches few answers in the same time as any other: it gives
 * what it found, perhaps nothing, and where to go on. Payloads take longer to read, and failures lie scattered.
 */
export const EXAMINED = { arrivals: 10_000, payloads: 5_000, failures: 5_000 }

/** Lists events by what columns and indexes tell, and by what their payload contains. */
export async function listEvents(
  db: Kysely<Database>,
  filter: ListFilter,
  { limit, after }: PageOptions,
): Promise<EventPage> {
  const failed = filter.status === 'failed'
  const order = sql.raw(failed ? 'failed_at desc, id desc' : 'id desc')
  const failedAt = sql.raw(failed ? exactFailedAt : 'null')
  const range = rangeCondition(filter, after)
  const examined = examinedAtMost(filter)
  const { rows: events } = await sql<ListedEvent & { cursor: string | null }>`
    select ${listedColumns}, ${failedAt} as cursor
    from (
      select * from openphone.webhook_event where ${range} order by ${order} limit ${examined}
    ) as event
    where ${matchCondition(filter)}
    order by ${order}
    limit ${limit}
  `.execute(db)
  const last = events.at(-1)
  const listed = events.map(({ cursor: _, ...event }) => event)
  if (last !== undefined && events.length === limit) {
    const lookedBackTo = failed ? last.failedAt : last.receivedAt
    return { events: listed, next: cursorOf({ id: last.id, failedAt: last.cursor }), lookedBackTo }
  }
  const { rows: edges } = await sql<{ id: string; failedAt: string | null; at: Date }>`
    select id, ${failedAt} as "failedAt", ${sql.raw(failed ? 'failed_at' : 'received_at')} as at
    from openphone.webhook_event
    where id = (
      select id from openphone.webhook_event where ${range} order by ${order} offset ${examined - 1} limit 1
    )
  `.execute(db)
  const [edge] = edges
  if (edge === undefined) return { events: listed, next: null, lookedBackTo: null }
  return { events: listed, next: cursorOf(edge), lookedBackTo: edge.at }
}

/** As text: a Date would lose the microseconds that set one failure apart from the next. */
const exactFailedAt = `to_char(failed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** The columns of a ListedEvent. */
export const listedColumns = sql.raw(`
  id, type, status, attempts, last_error as error, provider_event_id as "providerEventId",
  occurred_at as "occurredAt", received_at as "receivedAt", processed_at as "processedAt",
  failed_at as "failedAt"`)

/** What is checked of each event that is looked at. */
export function matchCondition({ status, type, error, containing }: ListFilter): RawBuilder<SqlBool> {
  const conditions = [sql<SqlBool>`true`]
  if (status !== undefined) conditions.push(sql`status = ${status}`)
  if (type !== undefined) conditions.push(sql`type = ${type}`)
  if (error !== undefined) conditions.push(sql`last_error is not distinct from ${error}::text`)
  if (containing !== undefined) conditions.push(sql`strpos(payload::text, ${containing}) > 0`)
  return sql.join(conditions, sql` and `)
}

/** Which events are looked at: a range of the index that they are listed in the order of. */
export function rangeCondition(
  { status, since, until }: ListFilter,
  after?: Cursor | undefined,
): RawBuilder<SqlBool> {
  const conditions = [sql<SqlBool>`true`]
  if (status === 'failed') {
    conditions.push(sql`failed_at is not null`)
    if (since) conditions.push(sql`failed_at >= ${since}`)
    if (until) conditions.push(sql`failed_at < ${until}`)
    if (after) conditions.push(sql`(failed_at, id) < (${after.failedAt}::timestamptz, ${after.id}::uuid)`)
  } else {
    if (since) conditions.push(sql`id >= openphone.uuid_floor(${since})`)
    if (until) conditions.push(sql`id < openphone.uuid_floor(${until})`)
    if (after) conditions.push(sql`id < ${after.id}::uuid`)
  }
  return sql.join(conditions, sql` and `)
}

function examinedAtMost({ status, containing }: ListFilter): number {
  if (status === 'failed') return EXAMINED.failures
  return containing === undefined ? EXAMINED.arrivals : EXAMINED.payloads
}
