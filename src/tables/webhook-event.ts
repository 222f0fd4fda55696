import { type ColumnType, type Generated, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'

export type EventStatus = 'received' | 'processed' | 'ignored' | 'failed'

/** `openphone.webhook_event`: every accepted delivery. sql/migrations/0001 says what each column means. */
export interface WebhookEventTable {
  id: string
  dedupe_key: string
  type: string
  scheme: 'standard' | 'legacy' | 'hex'
  api_version: string | null
  provider_event_id: string | null
  occurred_at: Date | null
  received_at: Generated<Date>
  /** Parsed on reading; text on writing. */
  payload: ColumnType<unknown, string, never>
  status: Generated<EventStatus>
  attempts: Generated<number>
  last_error: string | null
  processed_at: Date | null
  failed_at: Date | null
}

/** An event that is done, and how. */
export interface DoneEvent {
  readonly id: string
  readonly status: 'processed' | 'ignored'
}

/**
 * Marks events as done together with their effects, in one statement: there is nothing between them that a crash
 * could part, and nothing but this to wait for. An event that another attempt has done meanwhile stays as it is.
 * @returns those that this attempt has done.
 * @param effects statements with a `returning` clause; run in their order, before the events are marked.
 * @param last a statement that runs after that.
 */
export async function markDone(
  db: Kysely<Database>,
  events: readonly DoneEvent[],
  effects: readonly RawBuilder<unknown>[],
  last?: RawBuilder<unknown>,
): Promise<{ id: string; lagSeconds: number }[]> {
  if (events.length === 0) return []
  const names = effects.map((_, index) => sql.id(`effect_${index + 1}`))
  const ctes = effects.map((effect, index) => sql`, ${names[index]} as (${effect})`)
  if (last !== undefined) ctes.push(sql`, last as (${last})`)
  // Postgres runs last what nobody reads, and processed_at tells when the effects were there.
  const areThere = names.map((name) => sql` and (select count(*) from ${name}) >= 0`)
  const nothing = sql.raw('')
  const { rows } = await sql<{ id: string; lagSeconds: number }>`
    with done as (
      select * from unnest(${events.map(({ id }) => id)}::uuid[], ${events.map(({ status }) => status)}::text[])
        as d (id, status)
    )${sql.join(ctes, nothing)}
    update openphone.webhook_event as event
    set status = done.status,
      attempts = attempts + 1,
      -- The clock, not the statement's start.
      processed_at = clock_timestamp(),
      failed_at = null
    from done
    where event.id = done.id and event.status in ('received', 'failed')${sql.join(areThere, nothing)}
    returning event.id, extract(epoch from event.processed_at - event.received_at)::float8 as "lagSeconds"
  `.execute(db)
  return rows
}

/** Records an attempt that failed; `final` when no other follows. An event that is done stays done. */
export async function recordFailure(
  db: Kysely<Database>,
  { id, error, final }: { id: string; error: string; final: boolean },
): Promise<void> {
  await db
    .updateTable('webhook_event')
    .set({
      attempts: sql`attempts + 1`,
      last_error: error,
      ...(final ? { status: 'failed', failed_at: sql`clock_timestamp()` } : {}),
    })
    .where('id', '=', id)
    .where('status', 'in', ['received', 'failed'])
    .execute()
}
