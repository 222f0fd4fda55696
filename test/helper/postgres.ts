import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Test } from 'tap'

/**
 * Makes an empty database on the server of the test run and drops it, with whatever is still connected, when the
 * test ends.
 * @returns its URL.
 */
export function createTestDatabase(t: Test): Promise<string> {
  return create(t, '')
}

/** As `createTestDatabase`, migrated and with its queues. @returns its URL. */
export function createPreparedDatabase(t: Test): Promise<string> {
  // With the files, the copy gets the caches that Postgres keeps for the first session of a database.
  return create(t, `template ${setting('TEST_DATABASE_TEMPLATE')} strategy file_copy`)
}

async function create(t: Test, options: string): Promise<string> {
  const serverUrl = setting('TEST_DATABASE_URL')
  // A session costs as much as half a database.
  server ??= new pg.Pool({ connectionString: serverUrl, max: 2, allowExitOnIdle: true })
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await server.query(`create database ${name} ${options}`)
  t.teardown(() => server?.query(`drop database if exists ${name} with (force)`))
  return databaseOn(serverUrl, name)
}

let server: pg.Pool | undefined

/** The URL of another database on a server. */
export function databaseOn(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Runs one statement in a session of its own. */
export async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** What test/run.ts sets. */
function setting(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run the tests with npm test, or one with npm test <file>.`)
  return value
}
