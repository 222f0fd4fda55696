import type { PgBoss } from 'pg-boss'
import type { Metrics } from '../metrics.ts'
import { BOSS_SCHEMA, DEAD_QUEUE, EVENTS_QUEUE } from './names.ts'

const QUEUES = [EVENTS_QUEUE, DEAD_QUEUE]

/**
 * Since when the oldest job that could run has waited, by queue: 0 where there is none. pg-boss counts it only
 * together with statistics of every pass. Each subquery reads one entry of an index of pg-boss's own, however many
 * jobs wait.
 */
const oldestReady = QUEUES.map((queue) => {
  const first = (state: string) =>
    `(select min(start_after) from ${BOSS_SCHEMA}.job where name = '${queue}' and state = '${state}' and not blocked)`
  return `select '${queue}' as queue, coalesce(
    greatest(extract(epoch from now() - least(${first('created')}, ${first('retry')})), 0), 0
  )::float8 as seconds`
}).join(' union all ')

/** Adds gauges of both queues. Counts are as pg-boss's monitor last took them (it does so every few seconds). */
export function addQueueGauges(metrics: Metrics, boss: PgBoss): void {
  metrics.addGauge({
    name: 'openphone_queue_jobs',
    help: 'Jobs by queue and state; those ready in openphone-dead are dead letters nobody has acted on',
    labelNames: ['queue', 'state'],
    read: async () =>
      (await boss.getQueues(QUEUES)).flatMap(({ name: queue, readyCount, deferredCount, activeCount }) => [
        { labels: { queue, state: 'ready' }, value: readyCount },
        { labels: { queue, state: 'deferred' }, value: deferredCount },
        { labels: { queue, state: 'active' }, value: activeCount },
      ]),
  })
  metrics.addGauge({
    name: 'openphone_queue_oldest_ready_seconds',
    help: 'How long the oldest job that could run has waited',
    labelNames: ['queue'],
    read: async () => {
      // The columns are those of the statement.
      const { rows }: { rows: { queue: string; seconds: number }[] } = await boss
        .getDb()
        .executeSql(oldestReady)
      return rows.map(({ queue, seconds }) => ({ labels: { queue }, value: seconds }))
    },
  })
}
