import { loadConfig } from '../../../src/config.ts'
import { createPool } from '../../../src/db/pool.ts'
import { registry } from '../../../src/events/index.ts'
import { createLog } from '../../../src/log.ts'
import { createBoss } from '../../../src/queue/boss.ts'
import { EVENTS_QUEUE, type EventJob } from '../../../src/queue/names.ts'
import { createDatabase } from '../../../src/tables/database.ts'
import { processEvents } from '../../../src/worker/process-events.ts'
import { publishThrough } from '../../../src/worker/publish.ts'
import { QueueStatistics } from '../../../src/worker/statistics.ts'

// The ordinary worker: jobs are fetched fifty at a time by ten loops, and each event has a transaction of its own.
// All else is the application's: translation, upserts, published topics, the log line, and the refreshed statistics.

const LOOPS = 10
const FETCHED_AT_ONCE = 50

const config = loadConfig(process.env)
const { log, flush } = createLog(config.logLevel, config.role)
const databaseUrl = config.databaseUrl ?? ''
const pool = createPool({
  url: databaseUrl,
  size: LOOPS,
  applicationName: 'transaction-per-event',
  statementTimeoutMs: 60_000,
  log,
})
const db = createDatabase(pool)
const boss = createBoss({
  databaseUrl,
  backend: config.databaseBackend,
  workerLoops: LOOPS,
  migrate: false,
  log,
})
await boss.start()
const context = { db, registry, publish: publishThrough(boss, log) }
const statistics = new QueueStatistics(db)
await boss.work<EventJob>(
  EVENTS_QUEUE,
  {
    batchSize: FETCHED_AT_ONCE,
    localConcurrency: LOOPS,
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 1,
    notifyPollingIntervalSeconds: 1,
  },
  async (jobs) => {
    for (const job of jobs) {
      const started = performance.now()
      const { eventId, type } = job.data
      const outcome = (await processEvents(context, [eventId])).get(eventId)
      const ms = Math.round((performance.now() - started) * 10) / 10
      log.info({ event: 'attempt', eventId, jobId: job.id, type, outcome: outcome?.status, ms })
    }
    await statistics.count(jobs.length)
  },
)
log.info({ event: 'started', url: '' })

process.once('SIGTERM', async () => {
  await boss.stop({ graceful: true, timeout: 30_000 })
  await pool.end()
  flush()
  process.exit(0)
})
