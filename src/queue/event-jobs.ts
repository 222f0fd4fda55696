import { type RawBuilder, sql } from 'kysely'
import { BOSS_SCHEMA, EVENTS_QUEUE } from './names.ts'

const job = sql.table(`${BOSS_SCHEMA}.job`)

/**
 * SQL that inserts a job for each row (`id`, `type`) of a CTE named `event`, with the queue's own settings, as
 * pg-boss's `insert` writes it: a test holds the two against each other.
 * @param jobId SQL of the job's id.
 * @param rootId SQL of the id of the event's first job; null for the first job itself. pg-boss hands it on to
 *   dead letters and to jobs made of those, so that every job of an event can be found.
 * @param heldBackSeconds SQL of how long workers are not to fetch the jobs.
 */
export function insertEventJobs({
  jobId,
  rootId,
  heldBackSeconds = '0',
}: {
  jobId: string
  rootId: string
  heldBackSeconds?: string
}): string {
  return `
  insert into ${BOSS_SCHEMA}.job (
    id, name, data, start_after, created_on, expire_seconds, deletion_seconds, keep_until,
    retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds,
    source_root_id
  )
  select
    ${jobId}, '${EVENTS_QUEUE}', jsonb_build_object('eventId', event.id, 'type', event.type),
    now() + ${heldBackSeconds} * interval '1s', now(),
    queue.expire_seconds, queue.deletion_seconds, now() + queue.retention_seconds * interval '1s',
    queue.retry_limit, queue.retry_delay, queue.retry_backoff, queue.retry_delay_max, queue.policy,
    queue.dead_letter, queue.heartbeat_seconds, ${rootId}
  from event
  -- Left, so that a queue that is not there fails the statement instead of leaving events without jobs.
  left join ${BOSS_SCHEMA}.queue on queue.name = '${EVENTS_QUEUE}'`
}

/**
 * Completes first jobs that nobody has fetched, as pg-boss's `complete` does with `includeQueued`; a test holds the
 * two against each other. They began with the statement, which pg-boss leaves open, and were never held back.
 */
export function completeUnfetchedJobs(eventIds: readonly string[]): RawBuilder<{ id: string }> {
  return sql`
    update ${job}
    set state = 'completed', started_on = now(), completed_on = clock_timestamp(), start_after = created_on
    where name = ${sql.lit(EVENTS_QUEUE)} and id = any (${eventIds}::uuid[]) and state = 'created'
    returning id`
}

/** Lets workers fetch first jobs that were held back. */
export function releaseJobs(eventIds: readonly string[]): RawBuilder<unknown> {
  return sql`
    update ${job} set start_after = created_on
    where name = ${sql.lit(EVENTS_QUEUE)} and id = any (${eventIds}::uuid[]) and state = 'created'`
}
