import type pg from 'pg'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { settle } from '../faults/lab/reckoning.ts'

/** Retries are for faults of the surroundings, and none is at fault here: what is bad is bad for good. */
export const NO_RETRIES = { RETRY_LIMIT: '0' } as const

/**
 * Waits until every event has come to its end, and looks at those ends.
 * @returns what is wrong, a line each; none when every failure is a PermanentError, of the first attempt, with one
 *   dead letter and what the provider sent.
 */
export async function aftermath(pool: pg.Pool, limitMs: number): Promise<string[]> {
  await settle(pool, limitMs)
  const { rows } = await pool.query<{ wrong: string }>(
    `select event.status || ' after ' || event.attempts || ' attempts with ' || coalesce(letters, 0) || ' dead letters: '
      || coalesce(event.last_error, '-') || ' ' || left(event.payload::text, 5000) as wrong
    from openphone.webhook_event as event
    left join (
      select data ->> 'eventId' as id, count(*) as letters from pgboss.job where name = $1 group by 1
    ) as dead on dead.id = event.id::text
    where (event.status = 'failed' and (last_error not like 'PermanentError: %' or letters is distinct from 1))
      or (event.status <> 'failed' and (last_error is not null or letters is not null))
      or event.attempts <> 1
    union all
    select 'job of no event: ' || job.id from pgboss.job
    where name = $2 and (data ->> 'eventId')::uuid not in (select id from openphone.webhook_event)
    limit 10`,
    [DEAD_QUEUE, EVENTS_QUEUE],
  )
  return rows.map(({ wrong }) => wrong)
}
