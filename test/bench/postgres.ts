import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type pg from 'pg'
import { pino } from 'pino'
import { loadConfig } from '../../src/config.ts'
import { startEmbeddedPostgres } from '../../src/db/embedded.ts'
import { createPool } from '../../src/db/pool.ts'
import { prepareDatabase } from '../../src/prepare-database.ts'
import type { TemporaryFolder } from './disk.ts'
import { parentOf } from './proc.ts'
import { statementSettings } from './statements.ts'

const log = pino({ level: 'silent' })

/** A database of one run, with both schemas and the queues, and nothing in them. */
export interface Database {
  readonly url: string
  readonly name: string
  /** For looking at what became of it. */
  readonly pool: pg.Pool
  drop(): Promise<void>
}

export interface PostgresForBench {
  readonly isEmbedded: boolean
  /** Of the server's first process; undefined when the server is not of our making, or not known on this system. */
  readonly serverPid: number | undefined
  /** As `server_version`, `fsync` and `synchronous_commit` say. */
  readonly settings: { readonly version: string; readonly fsync: string; readonly synchronousCommit: string }
  createDatabase(): Promise<Database>
  /** A database with all that another holds; sessions of that one are ended. */
  copyOf(other: Database): Promise<Database>
  /** Drops and stops what was made here. */
  close(): Promise<void>
}

export interface PostgresOptions {
  /** `BENCH_DATABASE_URL` */
  readonly givenUrl: string | undefined
  readonly logSegments: number
  /** Whether the server counts its statements; one that was given has to be set up for that. */
  readonly statements?: boolean
}

/**
 * Opens `BENCH_DATABASE_URL` (its role must be allowed to create databases), else a server of its own in the
 * folder, with every commit waiting for the disk.
 */
export async function openPostgres(
  folder: TemporaryFolder,
  options: PostgresOptions,
): Promise<PostgresForBench> {
  const { givenUrl } = options
  const embedded = givenUrl === undefined ? await startOwnServer(folder, options) : undefined
  try {
    const url = givenUrl ?? embedded?.url ?? ''
    const admin = openPool(url)
    const settings = await readSettings(admin)
    const template = databaseName()
    await admin.query(`create database ${template}`)
    // A copy of a prepared database is there at once, and every run starts from the same.
    await prepareDatabase(urlOf(url, template), loadConfig({}), log)
    return {
      isEmbedded: embedded !== undefined,
      serverPid: embedded?.pid,
      settings,
      createDatabase: () => copyDatabase(admin, url, template),
      copyOf: async ({ name }) => {
        // Nobody may be there while it is copied.
        await admin.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
          name,
        ])
        return copyDatabase(admin, url, name, 'file_copy')
      },
      close: async () => {
        await admin.query(`drop database if exists ${template} with (force)`)
        await admin.end()
        await embedded?.stop()
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

async function startOwnServer(folder: TemporaryFolder, { logSegments, statements = false }: PostgresOptions) {
  let server = await startEmbeddedPostgres({ dataFolder: folder.path, log })
  if (statements) {
    const before = openPool(server.url)
    for (const [name, value] of Object.entries(statementSettings)) {
      // The library's own settings are not known before it is loaded, and are not asked about then.
      await before.query(`alter system set ${name} = '${value}'`)
    }
    await before.end()
    await server.stop()
    server = await startEmbeddedPostgres({ dataFolder: folder.path, log })
  }
  const pool = openPool(server.url)
  const { rows } = await pool.query<{ data_directory: string }>('show data_directory')
  const pid = await findServer(pool)
  await makeLogSegments(pool, logSegments)
  await pool.end()
  return {
    url: server.url,
    pid,
    stop: async () => {
      await server.stop()
      // Elsewhere when the server's user does not reach the temporary folder.
      const home = dirname(rows[0]?.data_directory ?? folder.path)
      if (home !== folder.path) await rm(home, { recursive: true, force: true })
    },
  }
}

/** The server's first process is the one that starts a process for every session. */
async function findServer(pool: pg.Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0] === undefined ? undefined : parentOf(rows[0].pid)
}

/**
 * Makes the segments of the write-ahead log that a server which has run for a while has, and uses again. Without
 * them the first runs would pay for what later ones find there.
 */
async function makeLogSegments(pool: pg.Pool, segments: number): Promise<void> {
  await pool.query(`alter system set min_wal_size = '1GB'`)
  await pool.query('select pg_reload_conf()')
  for (let count = 0; count < segments; count += 1) {
    await pool.query(`select pg_logical_emit_message(false, 'bench', '')`)
    await pool.query('select pg_switch_wal()')
  }
  await pool.query('checkpoint')
}

/** @param strategy that of files is the quicker one for large databases, and the slower one for small. */
async function copyDatabase(
  admin: pg.Pool,
  url: string,
  template: string,
  strategy: 'wal_log' | 'file_copy' = 'wal_log',
): Promise<Database> {
  const name = databaseName()
  await admin.query(`create database ${name} template ${template} strategy ${strategy}`)
  const ownUrl = urlOf(url, name)
  const pool = openPool(ownUrl)
  return {
    url: ownUrl,
    name,
    pool,
    drop: async () => {
      await pool.end()
      await admin.query(`drop database if exists ${name} with (force)`)
    },
  }
}

async function readSettings(pool: pg.Pool): Promise<PostgresForBench['settings']> {
  const { rows } = await pool.query<PostgresForBench['settings']>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as "synchronousCommit"`,
  )
  if (rows[0] === undefined) throw new Error('The database does not tell its settings')
  return rows[0]
}

/** Writes down what earlier runs left in memory, so that it is not written during the next measurement. */
export async function checkpoint(database: Database): Promise<void> {
  // Only a superuser may; without, the figures are a little less steady.
  await database.pool.query('checkpoint').catch(() => {})
}

function databaseName(): string {
  return `openphone_bench_${randomBytes(6).toString('hex')}`
}

function urlOf(url: string, database: string): string {
  const own = new URL(url)
  own.pathname = `/${database}`
  return own.href
}

function openPool(url: string): pg.Pool {
  return createPool({
    url,
    size: 2,
    applicationName: 'openphone-bench',
    statementTimeoutMs: 5 * 60_000,
    log,
  })
}
