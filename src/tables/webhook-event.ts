import type { ColumnType, Generated } from 'kysely'

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
