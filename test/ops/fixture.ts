import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'

export interface MadeEvents {
  readonly count?: number
  readonly status?: 'received' | 'processed' | 'ignored' | 'failed'
  readonly type?: string
  readonly error?: string
  /** How long ago they came, and failed. */
  readonly ageHours?: number
}

/**
 * Writes events as they are some time later: their jobs are deleted, and the failed ones have a dead letter.
 * They are texts that a worker can process.
 * @returns their ids, in order.
 */
export async function makeEvents(pool: pg.Pool, made: MadeEvents = {}): Promise<string[]> {
  const {
    count = 1,
    status = 'failed',
    type = 'message.received',
    error = 'Error: it broke',
    ageHours = 0,
  } = made
  const msecs = Date.now() - ageHours * 3_600_000
  const ids = Array.from({ length: count }, () => uuidv7({ msecs })).sort()
  await pool.query(
    `insert into openphone.webhook_event (
      id, dedupe_key, type, scheme, api_version, provider_event_id, received_at, payload, status, attempts,
      last_error, processed_at, failed_at
    )
    select
      id, 'standard:msg_' || id, $2, 'standard', '2026-03-30', 'EV' || id, at,
      json_build_object('id', 'EV' || id, 'type', $2::text, 'createdAt', at, 'data', json_build_object(
        'resource', json_build_object('id', 'AC' || id, 'direction', 'incoming', 'text', 'Hello'),
        'context', json_build_object('senderIdentifier', '+15555550101')
      )),
      $3, case $3 when 'received' then 0 when 'failed' then 6 else 1 end,
      case when $3 = 'failed' then $4 end,
      case when $3 in ('processed', 'ignored') then at + interval '20 ms' end,
      case when $3 = 'failed' then at end
    from unnest($1::uuid[]) as id, (select $5::timestamptz as at) as time`,
    [ids, type, status, error, new Date(msecs)],
  )
  if (status === 'failed') await makeDeadLetters(pool, ids)
  return ids
}

/** Dead letters of events, as pg-boss makes them of their first jobs. */
export async function makeDeadLetters(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  await pool.query(
    `insert into pgboss.job (name, data, created_on, start_after, keep_until, source_name, source_id,
      source_created_on, source_retry_count, source_output, source_root_id)
    select $2, jsonb_build_object('eventId', id, 'type', type), coalesce(failed_at, now()),
      coalesce(failed_at, now()), now() + interval '10 years', $3, id, received_at, 5,
      jsonb_build_object('message', last_error), id
    from openphone.webhook_event where id = any ($1::uuid[])`,
    [ids, DEAD_QUEUE, EVENTS_QUEUE],
  )
}

export interface LiveJob {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly retry_limit: number
  readonly source_root_id: string | null
}

/** The jobs of an event that are not finished, and its dead letters. */
export async function liveJobsOf(pool: pg.Pool, eventId: string): Promise<LiveJob[]> {
  const { rows } = await pool.query<LiveJob>(
    `select id, name, state, retry_limit, source_root_id from pgboss.job
    where data ->> 'eventId' = $1 and state in ('created', 'retry', 'active')
    order by name desc, created_on`,
    [eventId],
  )
  return rows
}

/** How many events there are in each status, and the most jobs of one event that wait. */
export async function tally(
  pool: pg.Pool,
): Promise<{ statuses: Record<string, number>; waitingMost: number }> {
  const { rows } = await pool.query<{ status: string; count: number }>(
    'select status, count(*)::int as count from openphone.webhook_event group by status',
  )
  const { rows: waiting } = await pool.query<{ most: number }>(
    `select coalesce(max(count), 0)::int as most from (
      select count(*) from pgboss.job where name = $1 and state in ('created', 'retry') group by data ->> 'eventId'
    ) as jobs`,
    [EVENTS_QUEUE],
  )
  return {
    statuses: Object.fromEntries(rows.map(({ status, count }) => [status, count])),
    waitingMost: waiting[0]?.most ?? 0,
  }
}

/** A UUID that names nothing. */
export function noSuchEvent(): string {
  return randomUUID()
}
