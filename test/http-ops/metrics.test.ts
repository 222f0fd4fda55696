import { pino } from 'pino'
import { createMetrics } from '../../src/metrics.ts'
import { createBoss } from '../../src/queue/boss.ts'
import { addQueueGauges } from '../../src/queue/gauges.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import t from '../helper/tap.ts'
import { makeEvents } from '../ops/fixture.ts'
import { retryNow } from '../worker/fixture.ts'
import { type OpsPipeline, startOps, startOpsWithoutWorker } from './fixture.ts'

const message = {
  type: 'message.received',
  data: { messageId: 'AC1', from: '+14155550123', to: '+14155550199', direction: 'inbound' },
}

t.test('webhooks are counted by outcome and reason', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  await ops.send(message, { webhookId: 'msg_1' })
  await ops.send(message, { webhookId: 'msg_1' })
  await ops.send(message, { secret: `whsec_${Buffer.from('not-the-right-secret').toString('base64')}` })
  await ops.send('{', {})
  const text = await scrape(ops)
  for (const line of [
    'openphone_webhooks_total{outcome="queued",reason="none"} 1',
    'openphone_webhooks_total{outcome="duplicate",reason="none"} 1',
    'openphone_webhooks_total{outcome="refused",reason="signature"} 1',
    'openphone_webhooks_total{outcome="refused",reason="envelope"} 1',
    'openphone_webhooks_total{outcome="error",reason="queue"} 0',
    'openphone_webhooks_total{outcome="overloaded",reason="overloaded"} 0',
    'openphone_webhook_duration_seconds_count 4',
    'openphone_commit_group_size_count 2',
    'openphone_commit_seconds_count 2',
    'openphone_waiting_webhooks 0',
  ]) {
    t.match(text, `${line}\n`)
  }
})

t.test('attempts that are followed by another are told from those that failed for good', async (t) => {
  const ops = await startOps(t, { env: { RETRY_LIMIT: '1' } })
  await ops.pool.query('alter table openphone.message add constraint a_fault check (false) not valid')
  const { eventId } = await ops.send(message)
  await retryNow(ops.pool, eventId)
  await ops.eventWith(eventId, 'failed')
  await ops.pool.query('alter table openphone.message drop constraint a_fault')
  await ops.post(`/events/${eventId}/replay`)
  await ops.eventWith(eventId, 'processed')
  await ops.rowOf(`select from pgboss.job where source_root_id = $1 and state = 'completed'`, [eventId])
  const text = await scrape(ops)
  t.match(text, 'openphone_attempts_total{type="message.received",outcome="retry"} 1\n')
  t.match(text, 'openphone_attempts_total{type="message.received",outcome="failed"} 1\n')
  t.match(text, 'openphone_attempts_total{type="message.received",outcome="processed"} 1\n')
  t.match(text, 'openphone_lag_seconds_count 0\n', 'a replay’s lag would be that of the fault')
})

t.test('the lag of what comes is counted', async (t) => {
  const ops = await startOps(t)
  const { eventId } = await ops.send(message)
  await ops.rowOf(`select from pgboss.job where id = $1 and state = 'completed'`, [eventId])
  t.match(await scrape(ops), 'openphone_lag_seconds_count 1\n')
})

t.test('queues tell their depth, the age of their oldest job, and dead letters', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  await ops.send(message)
  await makeEvents(ops.pool, { count: 3, ageHours: 2 })
  const log = pino({ level: 'silent' })
  const boss = createBoss({
    databaseUrl: ops.databaseUrl,
    backend: 'postgres',
    workerLoops: 0,
    migrate: false,
    log,
  })
  t.teardown(() => boss.stop())
  await boss.start()
  // As a worker's instance does it every few seconds.
  for (const queue of [EVENTS_QUEUE, DEAD_QUEUE]) await boss.supervise(queue)
  const metrics = createMetrics()
  addQueueGauges(metrics, boss)
  const text = await metrics.registry.metrics()
  t.match(text, 'openphone_queue_jobs{queue="openphone-events",state="ready"} 1\n')
  t.match(text, 'openphone_queue_jobs{queue="openphone-dead",state="ready"} 3\n')
  const [, age] = /openphone_queue_oldest_ready_seconds\{queue="openphone-dead"\} (\d+)/.exec(text) ?? []
  t.ok(Math.abs(Number(age) - 7_200) < 60, `${age} s`)
})

async function scrape(ops: OpsPipeline): Promise<string> {
  return (await fetch(`${ops.app.url}/metrics`)).text()
}
