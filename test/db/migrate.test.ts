import type pg from 'pg'
import { loadConfig } from '../../src/config.ts'
import { pendingMigrations } from '../../src/db/migrate.ts'
import { StartupError } from '../../src/errors.ts'
import { prepareDatabase } from '../../src/prepare-database.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { createTestDatabase } from '../helper/postgres.ts'
import t, { type Test } from '../helper/tap.ts'
import { silentLog, testPool } from './prepared.ts'

const TABLES = ['webhook_event', 'message', 'call', 'voicemail', 'task', 'contact_number', 'contact_profile']

async function tablesOf(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ tablename: string }>(
    `select tablename from pg_tables where schemaname = 'openphone'`,
  )
  return rows.map((row) => row.tablename)
}

/** An empty database, and its preparation as a starting process does it. */
async function emptyDatabase(t: Test, env: Record<string, string> = {}) {
  const url = await createTestDatabase(t)
  const config = loadConfig({ DATABASE_URL: url, ROLE: 'worker', ...env })
  return { url, config, pool: testPool(t, url), prepare: () => prepareDatabase(url, config, silentLog) }
}

t.test('migrations bring an empty database up to date, and do nothing the second time', async (t) => {
  const { pool, prepare } = await emptyDatabase(t)
  const pending = await pendingMigrations(pool)
  t.same(pending.slice(0, 3), ['0001_webhook_event', '0002_projections', '0003_contact'])
  t.same(await tablesOf(pool), [], 'asking changes nothing')
  t.same(await prepare(), pending, 'in the order of their numbers')
  const tables = await tablesOf(pool)
  for (const table of TABLES) t.ok(tables.includes(table), table)
  t.same(await pendingMigrations(pool), [])
  t.same(await prepare(), [])
})

t.test('processes that start together on an empty database wait for one another', async (t) => {
  const { pool, prepare } = await emptyDatabase(t)
  const runs = await Promise.all(Array.from({ length: 5 }, prepare))
  const { rows } = await pool.query<{ name: string }>(
    'select name from openphone.kysely_migration order by name',
  )
  t.same(
    runs.flat().sort(),
    rows.map(({ name }) => name),
    'each migration ran in one of them',
  )
  const queues = await pool.query<{ name: string }>(
    'select name from pgboss.queue where name = any ($1) order by name',
    [[DEAD_QUEUE, EVENTS_QUEUE]],
  )
  t.same(
    queues.rows.map(({ name }) => name),
    [DEAD_QUEUE, EVENTS_QUEUE],
  )
})

t.test('a migration that fails is named, and leaves nothing of the run', async (t) => {
  const { pool, prepare } = await emptyDatabase(t)
  await pool.query('create schema openphone; create table openphone.message (id text)')
  await t.rejects(prepare(), {
    constructor: StartupError,
    message: /^Migration 0002_projections failed: .*message.* already exists/,
  })
  t.notOk((await tablesOf(pool)).includes('webhook_event'))
  await pool.query('drop table openphone.message')
  t.equal((await prepare())[0], '0001_webhook_event', 'and the next run begins at the first')
})

t.test('with AUTO_MIGRATE=false', async (t) => {
  const { url, config, pool, prepare } = await emptyDatabase(t, { AUTO_MIGRATE: 'false' })

  await t.test('a start on an empty database says what to do, and changes nothing', async (t) => {
    await t.rejects(prepare(), {
      constructor: StartupError,
      message: /lacks 0001_webhook_event, .*Run `npm run migrate`, or set AUTO_MIGRATE=true/,
    })
    const { rows } = await pool.query(
      `select schema_name from information_schema.schemata where schema_name in ('openphone', 'pgboss')`,
    )
    t.same(rows, [])
  })

  await t.test('a start on a migrated database goes on', async (t) => {
    await prepareDatabase(url, { ...config, autoMigrate: true }, silentLog)
    t.same(await prepare(), [])
  })
})
