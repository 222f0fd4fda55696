import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Test } from 'tap'

/**
 * Makes an empty database on the server of the test run and drops it, with whatever is still connected, when the
 * test ends.
 * @returns its URL.
 */
export async function createTestDatabase(t: Test): Promise<string> {
  const serverUrl = process.env.TEST_DATABASE_URL
  if (!serverUrl) {
    throw new Error('TEST_DATABASE_URL is not set: run the tests with npm test, or one with npm test <file>.')
  }
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await run(serverUrl, `create database ${name}`)
  t.teardown(() => run(serverUrl, `drop database if exists ${name} with (force)`))
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
