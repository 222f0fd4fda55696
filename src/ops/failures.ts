import { type Kysely, sql } from 'kysely'
import type { Database } from '../tables/database.ts'
import { type EventFilter, eventCondition } from './event-filter.ts'

export type FailureFilter = Omit<EventFilter, 'status'>

/** An event that failed for good, until it is replayed. */
export interface Failure {
  readonly eventId: string
  readonly type: string
  readonly error: string | null
  readonly attempts: number
  readonly failedAt: Date
  readonly ageSeconds: number
  readonly receivedAt: Date
  readonly providerEventId: string | null
  /** Null when the dead letter is gone: replayed at this moment, or deleted by hand. */
  readonly deadJobId: string | null
}

/** Failures alike: of one type, with one error. */
export interface FailureGroup {
  readonly type: string
  readonly error: string | null
  readonly count: number
  readonly firstFailedAt: Date
  readonly lastFailedAt: Date
}

/** The newest failures first. */
export async function readFailures(
  db: Kysely<Database>,
  filter: FailureFilter,
  limit: number,
): Promise<Failure[]> {
  // The rows first and their dead letters after, so that no more of those are looked up than are shown.
  const { rows } = await sql<Failure>`
    select event_id as "eventId", type, error, attempts, failed_at as "failedAt",
      extract(epoch from age)::float8 as "ageSeconds", received_at as "receivedAt",
      provider_event_id as "providerEventId", dead_job_id as "deadJobId"
    from openphone.ops_failures
    where event_id in (
      select id from openphone.webhook_event
      where ${eventCondition({ ...filter, status: 'failed' })}
      order by failed_at desc, id desc
      limit ${limit}
    )
    order by failed_at desc, event_id desc
  `.execute(db)
  return rows
}

/** The largest groups first. */
export async function groupFailures(
  db: Kysely<Database>,
  filter: FailureFilter = {},
  limit = 50,
): Promise<FailureGroup[]> {
  const { rows } = await sql<FailureGroup>`
    select type, last_error as error, count(*)::int as count,
      min(failed_at) as "firstFailedAt", max(failed_at) as "lastFailedAt"
    from openphone.webhook_event
    where ${eventCondition({ ...filter, status: 'failed' })}
    group by type, last_error
    order by count(*) desc, max(failed_at) desc
    limit ${limit}
  `.execute(db)
  return rows
}

export async function countFailures(db: Kysely<Database>, filter: FailureFilter = {}): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from openphone.webhook_event
    where ${eventCondition({ ...filter, status: 'failed' })}
  `.execute(db)
  return rows[0]?.count ?? 0
}
