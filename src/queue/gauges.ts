import type { PgBoss } from 'pg-boss'
import type { Metrics } from '../metrics.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from './names.ts'

/** Adds gauges of both queues, as pg-boss's monitor last counted them (it does so every few seconds). */
export function addQueueGauges(metrics: Metrics, boss: PgBoss): void {
  const queues = () => boss.getQueues([EVENTS_QUEUE, DEAD_QUEUE])
  metrics.addGauge({
    name: 'openphone_queue_jobs',
    help: 'Jobs by queue and state; those ready in openphone-dead are dead letters nobody has acted on',
    labelNames: ['queue', 'state'],
    read: async () =>
      (await queues()).flatMap(({ name: queue, readyCount, deferredCount, activeCount }) => [
        { labels: { queue, state: 'ready' }, value: readyCount },
        { labels: { queue, state: 'deferred' }, value: deferredCount },
        { labels: { queue, state: 'active' }, value: activeCount },
      ]),
  })
  metrics.addGauge({
    name: 'openphone_queue_oldest_ready_seconds',
    help: 'How long the oldest job that could run has waited',
    labelNames: ['queue'],
    read: async () =>
      (await queues()).map(({ name: queue, readyOldestSeconds }) => ({
        labels: { queue },
        value: readyOldestSeconds ?? 0,
      })),
  })
}
