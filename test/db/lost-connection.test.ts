import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { lossDetector } from '../../src/db/lost-connection.ts'
import { startProxy } from '../faults/lab/proxy.ts'
import { createTestDatabase } from '../helper/postgres.ts'
import t, { type Test } from '../helper/tap.ts'
import { rowOf, testPool } from './prepared.ts'

/** A look, the next one, and the question to the database; on a machine that does other things as well. */
const FOUND_LIMIT_MS = 4_000

/** A pool of two connections that go through a proxy, and another one that shares its detector. */
async function startPool(t: Test) {
  const directUrl = await createTestDatabase(t)
  const url = new URL(directUrl)
  const proxy = await startProxy(t, Number(url.port || 5432), url.hostname)
  url.host = `127.0.0.1:${proxy.port}`
  const onConnect = lossDetector(url.href)
  const openPool = () => {
    const pool = new pg.Pool({ connectionString: url.href, max: 2, onConnect })
    pool.on('error', () => {})
    t.teardown(() => pool.end())
    return pool
  }
  const pool = openPool()
  const pid = async () => (await pool.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid
  return { proxy, pool, otherPool: openPool(), pid, operator: testPool(t, directUrl) }
}

t.test('a statement whose connection was forgotten on the way fails soon, the next ones work', async (t) => {
  const { proxy, pool, pid } = await startPool(t)
  const before = await Promise.all([pid(), pid()])
  t.equal(new Set(before).size, 2)
  proxy.forget()
  const startedAt = performance.now()
  await t.rejects(pool.query('select 1'), { name: 'SilenceError', code: 'ETIMEDOUT' })
  const ms = performance.now() - startedAt
  t.ok(ms < FOUND_LIMIT_MS, `after ${Math.round(ms)} ms`)
  for (const after of await Promise.all([pid(), pid()])) t.notOk(before.includes(after))
})

t.test('another pool that takes the same way need not find out for itself', async (t) => {
  const { proxy, pool, otherPool } = await startPool(t)
  await Promise.all([pool.query('select 1'), otherPool.query('select 1')])
  proxy.forget()
  await t.rejects(pool.query('select 1'), { name: 'SilenceError' })
  await t.resolves(otherPool.query('select 1'))
})

t.test('a statement whose answer was forgotten fails soon, too', async (t) => {
  const { proxy, pool, operator } = await startPool(t)
  const failed = t.rejects(pool.query('select pg_sleep(0.3)'), { name: 'SilenceError', code: 'ETIMEDOUT' })
  await rowOf(
    operator,
    `select from pg_stat_activity where query = 'select pg_sleep(0.3)' and state = 'active'`,
  )
  proxy.forget()
  await failed
})

t.test('a long statement is given the time to come to the database', async (t) => {
  const { proxy, pool, pid } = await startPool(t)
  await pid()
  proxy.forget()
  const startedAt = performance.now()
  const lost = { name: 'SilenceError', code: 'ETIMEDOUT' }
  await t.rejects(pool.query('select length($1)', ['x'.repeat(1_500_000)]), lost)
  const ms = performance.now() - startedAt
  t.ok(ms > 1_500, `after ${Math.round(ms)} ms`)
})

t.test('a statement that takes long is left alone', async (t) => {
  const { pool, pid } = await startPool(t)
  const first = await pid()
  await pool.query('select pg_sleep(2.2)')
  t.equal(await pid(), first)
})

t.test('so is a connection that has nothing to do, also within a transaction', async (t) => {
  const { pool } = await startPool(t)
  const client = await pool.connect()
  await client.query('begin')
  await client.query('select pg_sleep(0)')
  // Three looks, of which the first would have been enough.
  await sleep(1_600)
  await t.resolves(client.query('commit'))
  client.release()
})
