import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import type pg from 'pg'
import { StartupError } from '../errors.ts'

const migrationFolder = fileURLToPath(new URL('../../sql/migrations/', import.meta.url))

/** The `.sql` files of `sql/migrations`, in the order of their numbers. Forward only. */
const sqlFiles: MigrationProvider = {
  async getMigrations() {
    const files = (await readdir(migrationFolder)).filter((file) => file.endsWith('.sql'))
    const entries = files.map(async (file): Promise<[string, Migration]> => {
      const text = await readFile(`${migrationFolder}${file}`, 'utf8')
      return [file.replace(/\.sql$/, ''), { up: async (db) => void (await sql.raw(text).execute(db)) }]
    })
    return Object.fromEntries(await Promise.all(entries))
  },
}

function migrator(pool: pg.Pool): Migrator {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  return new Migrator({ db, provider: sqlFiles, migrationTableSchema: 'openphone' })
}

/**
 * Brings schema `openphone` up to date. Processes that start together wait for one another. A database that
 * is ahead, because a newer release has migrated it, is left as it is: an older process may start beside it.
 * @returns the names of the migrations that ran.
 * @throws StartupError naming the migration that failed; nothing of the run is kept then.
 */
export async function migrateToLatest(pool: pg.Pool): Promise<string[]> {
  if ((await pendingMigrations(pool)).length === 0) return []
  const { error, results = [] } = await migrator(pool).migrateToLatest()
  if (error) {
    const failed = results.find((result) => result.status === 'Error')?.migrationName
    const cause = error instanceof Error ? error.message : String(error)
    throw new StartupError(`Migration ${failed ?? 'of schema openphone'} failed: ${cause}`, { cause: error })
  }
  return results.map((result) => result.migrationName)
}

/** The names of migrations that have not run on this database yet. */
export async function pendingMigrations(pool: pg.Pool): Promise<string[]> {
  const migrations = await migrator(pool).getMigrations()
  return migrations
    .filter((migration) => migration.executedAt === undefined)
    .map((migration) => migration.name)
}
