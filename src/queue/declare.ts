import type { PgBoss } from 'pg-boss'
import type { Config } from '../config.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from './names.ts'

/**
 * pg-boss deletes a job that has waited this long. Ten years: nothing that was accepted may be lost
 * because workers were away, and a dead letter stays until somebody acts on it.
 */
const WAITING_RETENTION_SECONDS = 10 * 365 * 24 * 60 * 60

/** A finished job is of use for a look at what just happened; its event keeps the outcome. */
const DELETE_FINISHED_AFTER_SECONDS = 24 * 60 * 60

/** A batch takes milliseconds; one that takes this long is stuck. */
const EXPIRE_SECONDS = 5 * 60

/**
 * A worker that was killed stops its heartbeat; its jobs come back after this, plus one monitor pass
 * (`MONITOR_INTERVAL_SECONDS` in boss.ts): half a minute. pg-boss allows no less than 10.
 */
const HEARTBEAT_SECONDS = 15

type RetrySettings = Pick<
  Config,
  'retryLimit' | 'retryDelaySeconds' | 'retryDelayMaxSeconds' | 'databaseBackend'
>

/** The settings of both queues. What an existing job has of them, it keeps. */
export function queueSettings(config: RetrySettings) {
  const dead = {
    retentionSeconds: WAITING_RETENTION_SECONDS,
    deleteAfterSeconds: DELETE_FINISHED_AFTER_SECONDS,
  }
  const events = {
    retryLimit: config.retryLimit,
    retryDelay: config.retryDelaySeconds,
    retryDelayMax: config.retryDelayMaxSeconds,
    retryBackoff: true,
    expireInSeconds: EXPIRE_SECONDS,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    retentionSeconds: WAITING_RETENTION_SECONDS,
    deleteAfterSeconds: DELETE_FINISHED_AFTER_SECONDS,
    deadLetter: DEAD_QUEUE,
    notify: true,
  }
  return { [DEAD_QUEUE]: dead, [EVENTS_QUEUE]: events }
}

/**
 * Creates both queues, or brings existing ones to these settings (`createQueue` leaves an existing queue
 * as it is). The dead-letter queue comes first: the other one refers to it.
 */
export async function declareQueues(boss: PgBoss, config: RetrySettings): Promise<void> {
  const { [DEAD_QUEUE]: dead, [EVENTS_QUEUE]: events } = queueSettings(config)
  await boss.createQueue(DEAD_QUEUE, dead)
  await boss.updateQueue(DEAD_QUEUE, dead)

  // A job table of its own keeps the planner's statistics about this queue apart from those of other,
  // small queues. Without it, fetching slowed fortyfold within seconds on a new database.
  await boss.createQueue(EVENTS_QUEUE, { ...events, partition: config.databaseBackend === 'postgres' })
  await boss.updateQueue(EVENTS_QUEUE, events)
}
