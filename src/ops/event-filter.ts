import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { EventStatus } from '../tables/webhook-event.ts'

/** Which events are meant. */
export interface EventFilter {
  readonly status: EventStatus
  readonly type?: string | undefined
  /** The whole text of the last error; null for events without one. */
  readonly error?: string | null | undefined
  /** From this time on: of the failure for failed events, of the arrival for all others. */
  readonly since?: Date | undefined
  /** Up to this time, and not at it. */
  readonly until?: Date | undefined
}

/** The filter as a condition on `openphone.webhook_event`; each kind of it uses an index for its times. */
export function eventCondition({ status, type, error, since, until }: EventFilter): RawBuilder<SqlBool> {
  const failed = status === 'failed'
  const conditions = [sql<SqlBool>`status = ${status}`]
  if (failed) conditions.push(sql`failed_at is not null`)
  if (type !== undefined) conditions.push(sql`type = ${type}`)
  if (error !== undefined) conditions.push(sql`last_error is not distinct from ${error}::text`)
  if (since) {
    conditions.push(failed ? sql`failed_at >= ${since}` : sql`id >= openphone.uuid_floor(${since})`)
  }
  if (until) {
    conditions.push(failed ? sql`failed_at < ${until}` : sql`id < openphone.uuid_floor(${until})`)
  }
  return sql.join(conditions, sql` and `)
}
