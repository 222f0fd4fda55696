import { PgBoss } from 'pg-boss'
import type { Config } from '../config.ts'
import { connectionOptions } from '../db/connection.ts'
import type { OnConnect } from '../db/lost-connection.ts'
import type { Log } from '../log.ts'
import { safeError } from '../safe-error.ts'
import { BOSS_SCHEMA } from './names.ts'

/** How often the jobs of killed workers are looked for. */
const MONITOR_INTERVAL_SECONDS = 15

/** Connections of pg-boss's own pool: fetching and settling by each worker loop, and housekeeping. */
const HOUSEKEEPING_CONNECTIONS = 2

/**
 * Fetching takes milliseconds and the listener is heard from every ten seconds, but housekeeping may take long.
 * One statement of it that takes longer still goes on in the database.
 */
const SILENCE_LIMIT_MS = 30_000

/**
 * A worker's fetching and settling need not wait for the disk. Neither can outlive the event's own commit, which
 * does wait and comes between them; a crash of the database that takes one of them back makes pg-boss hand the job
 * out again, and a worker skip what is done. Not for a pooler, which would hand the session on to others.
 */
const HASTE = '-c synchronous_commit=off'

/**
 * The jobs of a batch are found by their ids, in pages that are in memory. With a page cost of 4, the default, which is
 * meant for disks that seek, PostgreSQL would rather read a table of up to some 50,000 jobs whole, for each batch.
 */
const IN_MEMORY = '-c random_page_cost=1'

export interface BossOptions {
  readonly databaseUrl: string
  readonly backend: Config['databaseBackend']
  /** Worker loops that fetch and settle through this instance; 0 for one that only manages queues. */
  readonly workerLoops: number
  /** Whether the settings of a session are ours to choose, as they are without a pooler; true when absent. */
  readonly ownsSessions?: boolean
  /** Called with each new connection, before its first use: a `lossDetector`. */
  readonly onConnect?: OnConnect | undefined
  /** Whether `start()` may install or upgrade pg-boss's schema. */
  readonly migrate: boolean
  readonly log: Log
}

/** A pg-boss instance, not started. Only one with worker loops supervises and runs schedules. */
export function createBoss(options: BossOptions): PgBoss {
  const { databaseUrl, backend, workerLoops, ownsSessions = true, onConnect, migrate, log } = options
  const works = workerLoops > 0
  const session = backend === 'postgres' ? `${HASTE} ${IN_MEMORY}` : HASTE
  const boss = new PgBoss({
    ...connectionOptions(databaseUrl, SILENCE_LIMIT_MS),
    schema: BOSS_SCHEMA,
    backend,
    migrate,
    max: workerLoops + HOUSEKEEPING_CONNECTIONS,
    application_name: works ? 'openphone-worker' : 'openphone-queues',
    ...(works && ownsSessions && { options: session }),
    ...(onConnect && { onConnect }),
    supervise: works,
    schedule: works,
    superviseIntervalSeconds: MONITOR_INTERVAL_SECONDS,
    monitorIntervalSeconds: MONITOR_INTERVAL_SECONDS,
    registerInstance: works,
  })
  boss.on('error', (error) => {
    // Some of pg-boss's errors are plain copies of the fields of one.
    log.error({ event: 'queue_error', error: safeError(Object.assign(new Error(error.message), error)) })
  })
  boss.on('warning', ({ message, data }) => log.warn({ event: 'queue_warning', message, data }))
  return boss
}
