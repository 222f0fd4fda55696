import { type Kysely, sql } from 'kysely'
import type { Database } from '../tables/database.ts'

/** A worker process, as it last told of itself. */
export interface WorkerProcess {
  readonly host: string
  readonly pid: number
  readonly startedAt: Date
  readonly heardFromAt: Date
}

/** pg-boss counts an instance as gone when it has missed this many heartbeats. */
const QUIET_HEARTBEATS = 3

/**
 * The worker processes that are alive, from pg-boss's registry of instances. One that was killed counts for
 * up to 90 seconds more.
 */
export async function readLiveWorkers(db: Kysely<Database>): Promise<WorkerProcess[]> {
  const { rows } = await sql<WorkerProcess>`
    select host, pid, started_on as "startedAt", heartbeat_on as "heardFromAt"
    from pgboss.instance
    where application_name = 'openphone-worker'
      and stopped_on is null
      and heartbeat_on > now() - heartbeat_seconds * ${QUIET_HEARTBEATS}::int * interval '1 second'
    order by started_on
  `.execute(db)
  return rows
}
