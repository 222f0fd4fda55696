import type { Config } from './config.ts'
import { migrateToLatest, pendingMigrations } from './db/migrate.ts'
import { createPool } from './db/pool.ts'
import { StartupError } from './errors.ts'
import type { Log } from './log.ts'
import { createBoss } from './queue/boss.ts'
import { declareQueues } from './queue/declare.ts'

/** A migration may rewrite a table. */
const MIGRATION_TIMEOUT_MS = 10 * 60_000

type Settings = Pick<
  Config,
  'autoMigrate' | 'databaseBackend' | 'retryLimit' | 'retryDelaySeconds' | 'retryDelayMaxSeconds'
>

/**
 * Brings both schemas, `openphone` and pg-boss's own, up to date and declares the queues; with
 * `autoMigrate` off it only makes sure that nothing is missing. Safe when several processes do it at once.
 * @returns the names of the migrations that ran.
 * @throws StartupError saying what failed or is missing.
 */
export async function prepareDatabase(url: string, config: Settings, log: Log): Promise<string[]> {
  const pool = createPool({
    url,
    size: 1,
    applicationName: 'openphone-migrate',
    statementTimeoutMs: MIGRATION_TIMEOUT_MS,
    log,
  })
  try {
    if (!config.autoMigrate) {
      const pending = await pendingMigrations(pool)
      if (pending.length === 0) return []
      throw new StartupError(
        `Schema openphone lacks ${pending.join(', ')}. Run \`npm run migrate\`, or set AUTO_MIGRATE=true.`,
      )
    }
    const ran = await migrateToLatest(pool)
    await prepareQueues(url, config, log)
    return ran
  } finally {
    await pool.end()
  }
}

async function prepareQueues(databaseUrl: string, config: Settings, log: Log): Promise<void> {
  const boss = createBoss({
    databaseUrl,
    backend: config.databaseBackend,
    workerLoops: 0,
    migrate: true,
    log,
  })
  await boss.start()
  try {
    await declareQueues(boss, config)
  } finally {
    await boss.stop({ graceful: false })
  }
}
