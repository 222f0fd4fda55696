import type { Kysely } from 'kysely'
import type { PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'
import { safeError } from '../safe-error.ts'
import type { Database } from '../tables/database.ts'
import { purgeEvents } from './purge-events.ts'

/** Its jobs tell workers to remove old events. */
export const RETENTION_QUEUE = 'openphone-retention'

/** At night in America, where most of OpenPhone's customers are, and early in Europe. UTC. */
const NIGHTLY = '23 7 * * *'

const DAY_SECONDS = 86_400

const settings = {
  retryLimit: 2,
  retryDelay: 10 * 60,
  expireInSeconds: 6 * 3_600,
  // The job of a worker that was killed goes to another.
  heartbeatSeconds: 60,
  deleteAfterSeconds: 7 * DAY_SECONDS,
  // Nobody listens for it.
  notify: false,
}

/** Of a job that comes once a night, or from a person who waits to see it done. */
const POLLING_INTERVAL_SECONDS = 5

export interface RetentionOptions {
  /** Started; stays the caller's. */
  readonly boss: PgBoss
  readonly db: Kysely<Database>
  /** Processed and ignored events are kept for so many days. */
  readonly retentionDays: number
  readonly log: Log
}

/**
 * Removes old events every night, by one worker at a time; a night that was missed is made up for once.
 * @returns a function that ends it, waiting for the batch in hand.
 */
export async function startRetention(options: RetentionOptions): Promise<() => Promise<void>> {
  const { boss } = options
  // Exclusive: one job at most, waiting or worked on.
  await boss.createQueue(RETENTION_QUEUE, { ...settings, policy: 'exclusive' })
  await boss.updateQueue(RETENTION_QUEUE, settings)
  await boss.schedule(RETENTION_QUEUE, NIGHTLY, null, { missed: 'once' })
  const stopping = new AbortController()
  await boss.work(RETENTION_QUEUE, { pollingIntervalSeconds: POLLING_INTERVAL_SECONDS }, async (jobs) => {
    const signals = jobs.map((job) => job.signal)
    return removeOldEvents(options, AbortSignal.any([stopping.signal, ...signals]))
  })
  return async () => {
    stopping.abort()
    await boss.offWork(RETENTION_QUEUE, { wait: true })
  }
}

/** @throws Error when it was ended early: the job comes back then. */
async function removeOldEvents(
  { db, retentionDays, log }: RetentionOptions,
  signal: AbortSignal,
): Promise<{ removed: number }> {
  const started = performance.now()
  try {
    const removed = await purgeEvents(db, { olderThanSeconds: retentionDays * DAY_SECONDS, signal })
    log.info({ event: 'retention', removed, retentionDays, ms: Math.round(performance.now() - started) })
    if (signal.aborted) throw new Error('ended before all old events were removed')
    return { removed }
  } catch (error) {
    log.warn({ event: 'retention_failed', error: safeError(error) })
    throw error
  }
}
