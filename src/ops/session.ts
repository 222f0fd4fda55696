import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { PgBoss } from 'pg-boss'
import { pino } from 'pino'
import { type Config, loadConfig } from '../config.ts'
import { pendingMigrations } from '../db/migrate.ts'
import { createPool } from '../db/pool.ts'
import { StartupError } from '../errors.ts'
import { createBoss } from '../queue/boss.ts'
import { usesNotifications } from '../queue/notifications.ts'
import { DATA_FOLDER } from '../surroundings.ts'
import { createDatabase, type Database } from '../tables/database.ts'
import { databaseTrouble } from './database-trouble.ts'

const CONNECTIONS = 4
/** Counting a long time's events reads the whole table. */
const STATEMENT_TIMEOUT_MS = 5 * 60_000

/** What a command works with. */
export interface Session {
  readonly config: Config
  readonly databaseUrl: string
  readonly db: Kysely<Database>
  /** Whether workers can be told at once. */
  readonly notify: boolean
  /** Aborted by Ctrl-C: end after the batch in hand. A second Ctrl-C ends the process. */
  readonly signal: AbortSignal
  /** Starts pg-boss, on the first call. @throws StartupError when its schema is missing or of another version. */
  openBoss(): Promise<PgBoss>
}

/**
 * The settings of the app, whatever the operator's shell lacks of them: no secrets are needed here. As a
 * worker it never starts an embedded database but joins the one that runs.
 * @throws StartupError
 */
export function loadOpsConfig(env: NodeJS.ProcessEnv): Config {
  return loadConfig({ ...env, ROLE: 'worker' })
}

/** `DATABASE_URL`, else the embedded database that a process on this machine runs. @throws StartupError */
export async function findDatabaseUrl(config: Config): Promise<string> {
  if (config.databaseUrl !== undefined) return config.databaseUrl
  const { joinEmbeddedPostgres } = await import('../db/embedded.ts')
  return joinEmbeddedPostgres(DATA_FOLDER).url
}

/**
 * Opens the database, does the work, closes what was opened.
 * @throws StartupError saying what is wrong with the settings, the database or its schema.
 */
export async function withSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
  const config = loadOpsConfig(process.env)
  const databaseUrl = await findDatabaseUrl(config)
  try {
    return await runSession(config, databaseUrl, async (session, pool) => {
      const pending = await pendingMigrations(pool)
      if (pending.length > 0) {
        throw new StartupError(`Schema openphone lacks ${pending.join(', ')}. Run \`npm run migrate\`.`)
      }
      return work(session)
    })
  } catch (error) {
    const trouble = databaseTrouble(error, databaseUrl)
    if (trouble === undefined) throw error
    throw new StartupError(trouble, { cause: error })
  }
}

/** As `withSession`, whatever state the database is in. */
export async function runSession<Result>(
  config: Config,
  databaseUrl: string,
  work: (session: Session, pool: pg.Pool) => Promise<Result>,
): Promise<Result> {
  const log = pino({ level: 'silent' })
  const pool = createPool({
    url: databaseUrl,
    size: CONNECTIONS,
    applicationName: 'openphone-ops',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    log,
  })
  let boss: PgBoss | undefined
  const interrupt = new AbortController()
  const onInterrupt = () => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  try {
    return await work(
      {
        config,
        databaseUrl,
        db: createDatabase(pool),
        notify: usesNotifications(config),
        signal: interrupt.signal,
        openBoss: async () => {
          const { databaseBackend: backend } = config
          boss ??= createBoss({ databaseUrl, backend, workerLoops: 0, migrate: false, log })
          return boss.start().catch((error: unknown) => {
            if (databaseTrouble(error, databaseUrl) !== undefined) throw error
            const cause = error instanceof Error ? error.message : String(error)
            throw new StartupError(`pg-boss cannot use its schema: ${cause}. Run \`npm run migrate\`.`, {
              cause: error,
            })
          })
        },
      },
      pool,
    )
  } finally {
    process.off('SIGINT', onInterrupt)
    await boss?.stop({ graceful: false })
    await pool.end()
  }
}
