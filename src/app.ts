import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import { keepPlans, keptPlanSettings } from './db/keep-plans.ts'
import { lossDetector } from './db/lost-connection.ts'
import { createPool } from './db/pool.ts'
import { registry } from './events/index.ts'
import type { Registry } from './events/registry.ts'
import { listen } from './http/listen.ts'
import { serveOperators } from './http/ops/serve.ts'
import { buildServer } from './http/server.ts'
import type { Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import { GroupCommit } from './outbox/outbox.ts'
import { storeDeliveriesIn } from './outbox/store-deliveries.ts'
import { prepareDatabase } from './prepare-database.ts'
import { createBoss } from './queue/boss.ts'
import { addQueueGauges } from './queue/gauges.ts'
import { usesNotifications } from './queue/notifications.ts'
import { readinessChecks } from './readiness.ts'
import { startRetention } from './retention/nightly.ts'
import { safeError } from './safe-error.ts'
import { createDatabase } from './tables/database.ts'
import { groupKeys, parseSigningSecret } from './webhook/secrets.ts'
import { Worker } from './worker/worker.ts'

/** Connections for ingest: its two commits in flight and a look for duplicates. */
const INGEST_CONNECTIONS = 3
/** Less than a delivery may go without an answer (`ANSWER_LIMIT_MS` of the outbox). */
const INGEST_STATEMENT_TIMEOUT_MS = 2_000
const WORKER_STATEMENT_TIMEOUT_MS = 25_000

export interface AppOptions {
  readonly config: Config
  readonly databaseUrl: string
  /** As in `OPENPHONE_SIGNING_SECRETS`, one each. */
  readonly signingSecrets: readonly string[]
  /** Opens `/ops`; absent, nothing is there. */
  readonly opsToken?: string | undefined
  readonly log: Log
  /** What the worker knows to do; all that is built in, when absent. */
  readonly registry?: Registry
}

/** A running process of any role. */
export interface App {
  /** `http://host:port` */
  readonly url: string
  readonly server: FastifyInstance
  /** Takes nothing more, finishes what is in hand, closes what was opened. Once. */
  close(): Promise<void>
}

/**
 * Starts the role in named steps. What a step opened is closed in reverse order, on `close` and when a
 * later step fails.
 * @throws StartupError for what the person starting it can mend.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) {
      // Past errors: what was opened before must close too.
      await closer().catch((error: unknown) =>
        options.log.error({ event: 'close_failed', error: safeError(error) }),
      )
    }
  }
  try {
    return { ...(await open(options, (closer) => closers.push(closer))), close }
  } catch (error) {
    await close()
    throw error
  }
}

type OnClose = (closer: () => Promise<unknown>) => void

async function open(options: AppOptions, onClose: OnClose): Promise<Omit<App, 'close'>> {
  const { config, databaseUrl, signingSecrets, log } = options
  const events = options.registry ?? registry
  const ran = await prepareDatabase(databaseUrl, config, log)
  if (ran.length > 0) log.info({ event: 'migrated', migrations: ran })
  const metrics = createMetrics(events.translators.keys())

  // Not behind a pooler in transaction mode: its sessions are not ours to set, nor is a plan in them ours to find.
  const keepsPlans = config.listenNotify && config.preparedStatements
  const isWatched = config.listenNotify && config.databaseBackend === 'postgres'
  const onConnect = isWatched ? lossDetector(databaseUrl) : undefined
  const pool = createPool({
    url: databaseUrl,
    size: config.databasePoolSize,
    applicationName: 'openphone-worker',
    statementTimeoutMs: WORKER_STATEMENT_TIMEOUT_MS,
    ...(keepsPlans && { settings: keptPlanSettings }),
    onConnect,
    log,
  })
  onClose(() => pool.end())

  let worker: Worker | undefined
  if (config.role !== 'ingest') {
    const boss = createBoss({
      databaseUrl,
      backend: config.databaseBackend,
      workerLoops: config.workerConcurrency,
      ownsSessions: config.listenNotify,
      onConnect,
      migrate: false,
      log,
    })
    onClose(() => boss.stop({ graceful: true, timeout: config.shutdownGraceSeconds * 1000 }))
    await boss.start()
    addQueueGauges(metrics, boss)
    const db = createDatabase(keepsPlans ? keepPlans(pool) : pool)
    worker = new Worker({
      boss,
      config,
      db,
      registry: events,
      log,
      onAttempt: ({ type, outcome, lagSeconds }) => {
        metrics.recordAttempt(type, outcome)
        if (lagSeconds !== null) metrics.recordLag(lagSeconds)
      },
    })
    const started = worker
    onClose(() => started.stop())
    await worker.start()
    onClose(await startRetention({ boss, db, retentionDays: config.retentionDays, log }))
  }

  let outbox: GroupCommit | undefined
  if (config.role !== 'worker') {
    const ingestPool = createPool({
      url: databaseUrl,
      size: INGEST_CONNECTIONS,
      applicationName: 'openphone-ingest',
      statementTimeoutMs: INGEST_STATEMENT_TIMEOUT_MS,
      onConnect,
      log,
    })
    onClose(() => ingestPool.end())
    outbox = new GroupCommit({
      store: storeDeliveriesIn(ingestPool, {
        // A worker of this process is told without the database: a notification takes a lock at every commit.
        notify: worker === undefined && usesNotifications(config),
        isPrepared: config.preparedStatements,
        nearWorker: worker,
      }),
      waitingMax: config.waitingEventsMax,
      waitingBytesMax: config.waitingBytesMax,
      onCommit: metrics.recordCommit,
    })
    const opened = outbox
    onClose(() => opened.close())
    metrics.addGauge({
      name: 'openphone_waiting_webhooks',
      help: 'Webhooks that wait for a commit to begin',
      read: () => opened.waitingCount,
    })
  }

  const server = buildServer({
    config,
    keys: groupKeys(signingSecrets.map(parseSigningSecret)),
    outbox,
    checks: readinessChecks(pool, worker),
    log,
    metrics,
  })
  onClose(() => server.close())
  const token = options.opsToken
  if (token !== undefined) serveOperators(server, { token, databaseUrl, config, registry: events, log })
  const url = await listen(server, config)
  return { url, server }
}
