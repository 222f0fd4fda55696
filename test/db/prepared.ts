import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { PgBoss } from 'pg-boss'
import { pino } from 'pino'
import type { Test } from 'tap'
import { type Config, loadConfig } from '../../src/config.ts'
import { createPool } from '../../src/db/pool.ts'
import { prepareDatabase } from '../../src/prepare-database.ts'
import { createBoss } from '../../src/queue/boss.ts'
import { createDatabase, type Database } from '../../src/tables/database.ts'
import { createPreparedDatabase } from '../helper/postgres.ts'
import { secrets } from '../helper/secrets.ts'

export const silentLog = pino({ level: 'silent' })

/** A migrated database with its queues, and no process on it. */
export interface PreparedDatabase {
  readonly url: string
  readonly config: Config
  readonly pool: pg.Pool
  readonly db: Kysely<Database>
}

/** @param env settings as environment variables, such as those of retries. */
export async function prepareTestDatabase(
  t: Test,
  env: Record<string, string> = {},
): Promise<PreparedDatabase> {
  const url = await createPreparedDatabase(t)
  const config = loadConfig({
    DATABASE_URL: url,
    OPENPHONE_SIGNING_SECRETS: Object.values(secrets).join(','),
    ...env,
  })
  // The template's queues have the default settings.
  if (Object.keys(env).length > 0) await prepareDatabase(url, config, silentLog)
  const pool = testPool(t, url)
  return { url, config, pool, db: createDatabase(pool) }
}

/** A pool that ends with the test. */
export function testPool(t: Test, url: string, size = 4): pg.Pool {
  const pool = createPool({
    url,
    size,
    applicationName: 'test',
    statementTimeoutMs: 20_000,
    log: silentLog,
  })
  t.teardown(() => pool.end())
  return pool
}

/** A started pg-boss that runs no workers and no supervision of its own; stopped with the test. */
export async function startTestBoss(t: Test, databaseUrl: string): Promise<PgBoss> {
  const boss = createBoss({
    databaseUrl,
    backend: 'postgres',
    workerLoops: 0,
    migrate: false,
    log: silentLog,
  })
  await boss.start()
  t.teardown(() => boss.stop({ graceful: false }))
  return boss
}

/** A connection of the test's own, for locks, notifications and transactions left open. */
export async function connect(t: Test, pool: pg.Pool): Promise<pg.PoolClient> {
  const client = await pool.connect()
  t.teardown(() => client.release(true))
  return client
}

/**
 * Waits until a query gives a row.
 * @throws Error after twenty seconds.
 */
export async function rowOf<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  query: string,
  values: unknown[] = [],
): Promise<Row> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const { rows } = await pool.query<Row>(query, values)
    if (rows[0] !== undefined) return rows[0]
    if (Date.now() > deadline) throw new Error(`no row within 20 s: ${query} ${JSON.stringify(values)}`)
    await delay(10)
  }
}
