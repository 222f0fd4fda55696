import { type Kysely, sql } from 'kysely'
import type { Registry } from '../events/registry.ts'
import type { Database } from '../tables/database.ts'
import type { EventStatus } from '../tables/webhook-event.ts'
import type { OpenPhoneEvent } from '../vocabulary/updates.ts'
import { type MadeRow, readMadeRows } from './made-rows.ts'
import { type Moment, timelineOf } from './timeline.ts'

/** A job of an event, as pg-boss has it. It knows its last attempt only. */
export interface EventJobRecord {
  readonly id: string
  readonly state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed'
  readonly retryCount: number
  readonly retryLimit: number
  readonly createdAt: Date
  /** When it is due, or was. */
  readonly startAfter: Date
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  readonly error: string | null
}

export interface DeadLetter {
  readonly id: string
  readonly createdAt: Date
  /** The job that it is a copy of. */
  readonly sourceJobId: string
  readonly attempts: number
  readonly error: string | null
}

export interface EventRecord {
  readonly id: string
  readonly type: string
  readonly status: EventStatus
  readonly attempts: number
  /** Of the last attempt that failed; kept when a later one succeeds. */
  readonly error: string | null
  readonly scheme: string
  readonly apiVersion: string | null
  readonly providerEventId: string | null
  readonly dedupeKey: string
  readonly occurredAt: Date | null
  readonly receivedAt: Date
  readonly processedAt: Date | null
  readonly failedAt: Date | null
  readonly payload: OpenPhoneEvent['payload']
}

/** Everything that is known about an event. */
export interface EventHistory {
  readonly event: EventRecord
  /** The first and those of replays, the oldest first; finished ones are kept for a day. */
  readonly jobs: readonly EventJobRecord[]
  readonly deadLetter: DeadLetter | null
  readonly timeline: readonly Moment[]
  readonly rows: readonly MadeRow[]
}

/** What the view has as json: names with underscores, times as text. */
interface JobJson {
  readonly id: string
  readonly state: EventJobRecord['state']
  readonly retry_count: number
  readonly retry_limit: number
  readonly created_on: string
  readonly start_after: string
  readonly started_on: string | null
  readonly completed_on: string | null
  readonly error: string | null
}

interface DeadLetterJson {
  readonly id: string
  readonly created_on: string
  readonly source_id: string
  readonly attempts: number
  readonly error: string | null
}

interface ViewRow extends EventRecord {
  readonly jobs: readonly JobJson[]
  readonly deadLetter: DeadLetterJson | null
}

/** @returns undefined when there is no event of that id. */
export async function readEventHistory(
  db: Kysely<Database>,
  registry: Registry,
  eventId: string,
): Promise<EventHistory | undefined> {
  const { rows: found } = await sql<ViewRow>`
    select event_id as id, type, status, attempts, error, scheme, api_version as "apiVersion",
      provider_event_id as "providerEventId", dedupe_key as "dedupeKey", occurred_at as "occurredAt",
      received_at as "receivedAt", processed_at as "processedAt", failed_at as "failedAt", payload,
      jobs, dead_letter as "deadLetter"
    from openphone.ops_event where event_id = ${eventId}::uuid
  `.execute(db)
  const [row] = found
  if (row === undefined) return undefined
  const { jobs: jobRows, deadLetter: deadRow, ...event } = row
  const jobs = jobRows.map(toJob)
  const deadLetter = deadRow && toDeadLetter(deadRow)
  const timeline = timelineOf(event, jobs, deadLetter)
  return { event, jobs, deadLetter, timeline, rows: await readMadeRows(db, registry, event) }
}

function toJob(job: JobJson): EventJobRecord {
  return {
    id: job.id,
    state: job.state,
    retryCount: job.retry_count,
    retryLimit: job.retry_limit,
    createdAt: new Date(job.created_on),
    startAfter: new Date(job.start_after),
    startedAt: job.started_on === null ? null : new Date(job.started_on),
    endedAt: job.completed_on === null ? null : new Date(job.completed_on),
    error: job.error,
  }
}

function toDeadLetter(dead: DeadLetterJson): DeadLetter {
  return {
    id: dead.id,
    createdAt: new Date(dead.created_on),
    sourceJobId: dead.source_id,
    attempts: dead.attempts,
    error: dead.error,
  }
}
