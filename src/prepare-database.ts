import type pg from 'pg'
import type { Config } from './config.ts'
import { migrateToLatest, pendingMigrations } from './db/migrate.ts'
import { createPool } from './db/pool.ts'
import { StartupError } from './errors.ts'
import type { Log } from './log.ts'
import { createBoss } from './queue/boss.ts'
import { declareQueues } from './queue/declare.ts'

/** A migration may rewrite a table. */
const MIGRATION_TIMEOUT_MS = 10 * 60_000

/** As `server_version_num` counts. */
const OLDEST_SERVER_VERSION = 150_000

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
    await requireServer(url, pool)
    if (!config.autoMigrate) {
      const pending = await pendingMigrations(pool)
      if (pending.length === 0) return []
      throw new StartupError(
        `Schema openphone lacks ${pending.join(', ')}. Run \`npm run migrate\`, or set AUTO_MIGRATE=true.`,
      )
    }
    return await installAll(url, pool, config, log)
  } finally {
    await pool.end()
  }
}

/** @throws StartupError when no supported PostgreSQL answers; it names the host but not the password. */
async function requireServer(url: string, pool: pg.Pool): Promise<void> {
  const { rows } = await pool
    .query<{ version: string }>("select current_setting('server_version_num') as version")
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new StartupError(
        `The database of DATABASE_URL (${hostsOf(url)}) cannot be used: ${reason}. Is it running, and are the user, password and database name right?`,
        { cause },
      )
    })
  const version = Number(rows[0]?.version)
  if (version < OLDEST_SERVER_VERSION) {
    throw new StartupError(
      `The database of DATABASE_URL (${hostsOf(url)}) is PostgreSQL ${Math.floor(version / 10_000)}: 15 or later is needed.`,
    )
  }
}

/** Where a URL points: what is between the credentials and the path, and the path. */
function hostsOf(url: string): string {
  return url.replace(/^[^/]*\/\/(?:[^/?#]*@)?/, '').replace(/[?#].*$/s, '')
}

/** pg-boss's schema goes first: our views read its job table. */
async function installAll(databaseUrl: string, pool: pg.Pool, config: Settings, log: Log): Promise<string[]> {
  const boss = createBoss({
    databaseUrl,
    backend: config.databaseBackend,
    workerLoops: 0,
    migrate: true,
    log,
  })
  await boss.start()
  try {
    const ran = await migrateToLatest(pool)
    await declareQueues(boss, config)
    return ran
  } finally {
    await boss.stop({ graceful: false })
  }
}
