import { sql, type Transaction } from 'kysely'
import { EVENTS_QUEUE } from '../queue/names.ts'
import type { Database } from '../tables/database.ts'

/**
 * How long a job that a worker is fetching or settling at this moment is waited for. Less than Postgres's
 * deadlock_timeout (1 s), so that of two that wait for each other it is never the worker who is made to fail.
 */
const JOB_LOCK_TIMEOUT_MS = 250

interface LiveJob {
  readonly id: string
  readonly eventId: string
  readonly state: 'created' | 'retry' | 'active'
}

/**
 * Makes the present jobs of events safe to put another one beside. A job that waits is held until the
 * transaction ends, and is due then, whatever backoff it was waiting for. A job in a worker's hands may
 * finish but not come back: neither as a retry nor as a dead letter, since another is going to follow it.
 *
 * The events' rows must be locked by the transaction: whoever adds jobs to an event holds its row.
 * @returns the ids of events that have a waiting job.
 * @throws with SQLSTATE 55P03, or another of a conflict, when a worker is at the same jobs: try again.
 */
export async function takeOverJobs(
  trx: Transaction<Database>,
  eventIds: readonly string[],
): Promise<Set<string>> {
  await sql`set local lock_timeout = ${sql.lit(JOB_LOCK_TIMEOUT_MS)}`.execute(trx)
  // Twice: pg-boss fails a job by deleting its row and inserting another, which the statement that waited
  // for the first cannot see. The new one waits a second at least, so the second look finds it.
  await lockLiveJobs(trx, eventIds)
  const jobs = await lockLiveJobs(trx, eventIds)

  const waiting = jobs.filter(({ state }) => state !== 'active')
  const active = jobs.filter(({ state }) => state === 'active')
  if (waiting.length > 0) {
    await sql`
      update pgboss.job set start_after = now()
      where name = ${EVENTS_QUEUE} and id = any (${waiting.map(({ id }) => id)}::uuid[]) and start_after > now()
    `.execute(trx)
  }
  if (active.length > 0) {
    await sql`
      update pgboss.job set retry_limit = retry_count, dead_letter = null
      where name = ${EVENTS_QUEUE} and id = any (${active.map(({ id }) => id)}::uuid[])
    `.execute(trx)
  }
  return new Set(waiting.map(({ eventId }) => eventId))
}

async function lockLiveJobs(trx: Transaction<Database>, eventIds: readonly string[]): Promise<LiveJob[]> {
  const { rows } = await sql<LiveJob>`
    select id, coalesce(source_root_id, id) as "eventId", state
    from pgboss.job
    where name = ${EVENTS_QUEUE}
      and (id = any (${eventIds}::uuid[]) or source_root_id = any (${eventIds}::uuid[]))
      and state in ('created', 'retry', 'active')
    for update
  `.execute(trx)
  return rows
}
