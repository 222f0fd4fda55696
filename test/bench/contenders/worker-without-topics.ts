import type { PostgresPool } from 'kysely'
import { loadConfig } from '../../../src/config.ts'
import { keepPlans, keptPlanSettings } from '../../../src/db/keep-plans.ts'
import { createPool } from '../../../src/db/pool.ts'
import { registry } from '../../../src/events/index.ts'
import { createLog } from '../../../src/log.ts'
import { createMetrics } from '../../../src/metrics.ts'
import { createBoss } from '../../../src/queue/boss.ts'
import { createDatabase } from '../../../src/tables/database.ts'
import { subscriptions } from '../../../src/worker/publish.ts'
import { Worker } from '../../../src/worker/worker.ts'

// The application's own worker as it would be if there were no topics: it does not look for subscribers.

const config = loadConfig(process.env)
const { log, flush } = createLog(config.logLevel, config.role)
const databaseUrl = config.databaseUrl ?? ''
const pool = createPool({
  url: databaseUrl,
  size: config.databasePoolSize,
  applicationName: 'worker-without-topics',
  statementTimeoutMs: 25_000,
  settings: keptPlanSettings,
  log,
})
const kept = keepPlans(pool)
const subscribed = subscriptions.compile(createDatabase(pool)).sql
const nothing = '(select null::text as type, null::text[] as queues where false)'
let looksLeftOut = 0
const withoutLook: PostgresPool = {
  ...kept,
  connect: async () => {
    const client = await kept.connect()
    const query: (text: string, values: readonly unknown[]) => Promise<unknown> = (text, values) => {
      const shorter = text.replace(subscribed, nothing)
      if (shorter !== text) looksLeftOut += 1
      return client.query(shorter, values)
    }
    return { query: query as typeof client.query, release: () => client.release() }
  },
}

const boss = createBoss({
  databaseUrl,
  backend: config.databaseBackend,
  workerLoops: config.workerConcurrency,
  ownsSessions: config.listenNotify,
  migrate: false,
  log,
})
await boss.start()
const metrics = createMetrics(registry.translators.keys())
const worker = new Worker({
  boss,
  config,
  db: createDatabase(withoutLook),
  registry,
  log,
  onAttempt: ({ type, outcome, lagSeconds }) => {
    metrics.recordAttempt(type, outcome)
    if (lagSeconds !== null) metrics.recordLag(lagSeconds)
  },
})
await worker.start()
log.info({ event: 'started', url: '' })

process.once('SIGTERM', async () => {
  await worker.stop()
  await boss.stop({ graceful: true, timeout: 30_000 })
  await pool.end()
  // Otherwise this would be the worker as it is, and the comparison worth nothing.
  if (looksLeftOut === 0) log.error({ event: 'contender_failed', reason: 'it never looked for subscribers' })
  flush()
  process.exit(looksLeftOut === 0 ? 1 : 0)
})
