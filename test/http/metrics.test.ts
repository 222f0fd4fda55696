import { createMetrics } from '../../src/metrics.ts'
import t from '../helper/tap.ts'

t.test('the type of an attempt is a label only when it has a handler', async (t) => {
  const metrics = createMetrics(['message.received'])
  metrics.recordAttempt('message.received', 'processed')
  for (let n = 0; n < 100; n++) metrics.recordAttempt(`made.up.${n}`, 'ignored')
  const text = await metrics.registry.metrics()
  t.match(text, 'openphone_attempts_total{type="message.received",outcome="processed"} 1')
  t.match(text, 'openphone_attempts_total{type="other",outcome="ignored"} 100')
  t.notMatch(text, /made\.up/)
})

t.test('commits and lag are observed in seconds', async (t) => {
  const metrics = createMetrics()
  metrics.recordCommit(5, 0.02)
  metrics.recordLag(0.3)
  const text = await metrics.registry.metrics()
  t.match(text, 'openphone_commit_group_size_bucket{le="4"} 0')
  t.match(text, 'openphone_commit_group_size_bucket{le="8"} 1')
  t.match(text, 'openphone_commit_seconds_sum 0.02')
  t.match(text, 'openphone_lag_seconds_bucket{le="0.5"} 1')
})

t.test('a gauge is read at each scrape', async (t) => {
  const metrics = createMetrics()
  let depth = 1
  metrics.addGauge({ name: 'depth', help: 'd', read: () => depth })
  t.match(await metrics.registry.metrics(), /^depth 1$/m)
  depth = 2
  t.match(await metrics.registry.metrics(), /^depth 2$/m)
})

t.test('a labelled sample that is not read again is gone', async (t) => {
  const metrics = createMetrics()
  let queues = ['a', 'b']
  const read = async () => queues.map((queue) => ({ labels: { queue }, value: 1 }))
  metrics.addGauge({ name: 'depth', help: 'd', labelNames: ['queue'], read })
  t.match(await metrics.registry.metrics(), /depth\{queue="b"\} 1/)
  queues = ['a']
  t.notMatch(await metrics.registry.metrics(), /depth\{queue="b"\}/)
})

t.test('a gauge that cannot be read is left out, counted, and spoils nothing else', async (t) => {
  const metrics = createMetrics()
  let isDown = false
  const read = () => (isDown ? Promise.reject(new Error('database down')) : 7)
  metrics.addGauge({ name: 'depth', help: 'd', read })
  t.match(await metrics.registry.metrics(), /^depth 7$/m)
  isDown = true
  const text = await metrics.registry.metrics()
  t.notMatch(text, /^depth \d/m)
  t.match(text, /^process_cpu_seconds_total/m)
  t.match(await metrics.registry.metrics(), 'openphone_scrape_errors_total{gauge="depth"}')
})

t.test('two sets of metrics do not share values', async (t) => {
  const [one, two] = [createMetrics(), createMetrics()]
  one.recordWebhook('queued', 'none', 0.001)
  t.notMatch(await two.registry.metrics(), /openphone_webhooks_total\{/)
})
