import { type ColumnType, type Generated, type Kysely, sql, type Transaction } from 'kysely'
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

/** The events of these ids that are there, as a worker needs them. */
export function findEvents(trx: Transaction<Database>, ids: readonly string[]) {
  return trx
    .selectFrom('webhook_event')
    .select(['id', 'type', 'api_version as apiVersion', 'occurred_at as occurredAt', 'payload', 'status'])
    .where('id', '=', sql<string>`any (${ids}::uuid[])`)
    .execute()
}

/** Marks events as done, after their effects and in the same transaction. */
export async function markDone(
  trx: Transaction<Database>,
  status: 'processed' | 'ignored',
  ids: readonly string[],
): Promise<{ id: string; lagSeconds: number }[]> {
  if (ids.length === 0) return []
  return trx
    .updateTable('webhook_event')
    .set({
      status,
      attempts: sql`attempts + 1`,
      // The clock, not the transaction's start: this is when the effects were there.
      processed_at: sql`clock_timestamp()`,
      failed_at: null,
    })
    .where('id', '=', sql<string>`any (${ids}::uuid[])`)
    .returning(['id', sql<number>`extract(epoch from processed_at - received_at)::float8`.as('lagSeconds')])
    .execute()
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
