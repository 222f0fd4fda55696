import type { EventEmitter } from 'node:events'
import type pg from 'pg'
import { pino } from 'pino'
import { createPool } from '../../src/db/pool.ts'
import { createTestDatabase } from '../helper/postgres.ts'
import t, { type Test } from '../helper/tap.ts'
import { rowOf, testPool } from './prepared.ts'

/** Not `once` of node:events, which takes an error event in between for its own failure. */
function emitted(emitter: EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) => emitter.once(event, () => resolve()))
}

t.test('a pool', async (t) => {
  const url = await createTestDatabase(t)
  const operator = testPool(t, url)
  const lines: string[] = []
  const open = (t: Test, statementTimeoutMs = 5_000): pg.Pool => {
    const log = pino({}, { write: (line: string) => lines.push(line) })
    const pool = createPool({ url, size: 2, applicationName: 'pool-test', statementTimeoutMs, log })
    t.teardown(() => pool.end())
    return pool
  }
  const pidOf = async (client: pg.ClientBase): Promise<number> => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    return rows[0]?.pid ?? 0
  }
  const terminate = (pid: number) => rowOf(operator, 'select where pg_terminate_backend($1, 5000)', [pid])
  const lostLines = () => lines.splice(0).map((line) => JSON.parse(line))

  await t.test('shows its name to the database', async (t) => {
    const { rows } = await open(t).query('select current_setting($1) as name', ['application_name'])
    t.same(rows, [{ name: 'pool-test' }])
  })

  await t.test('survives the loss of an idle connection, and logs it once', async (t) => {
    const pool = open(t)
    const client = await pool.connect()
    const pid = await pidOf(client)
    client.release()
    const removed = emitted(pool, 'remove')
    await terminate(pid)
    await removed
    t.match(lostLines(), [
      { level: 40, event: 'database_connection_lost', applicationName: 'pool-test', error: /terminat/ },
    ])
    t.same((await pool.query('select 1 as one')).rows, [{ one: 1 }])
  })

  await t.test('survives the loss of a connection between two statements of a transaction', async (t) => {
    const pool = open(t)
    const client = await pool.connect()
    await client.query('begin')
    const ended = emitted(client, 'end')
    await terminate(await pidOf(client))
    await ended
    await t.rejects(client.query('commit'), /not queryable/)
    client.release()
    t.match(lostLines(), [{ event: 'database_connection_lost' }])
    t.same((await pool.query('select 1 as one')).rows, [{ one: 1 }])
  })

  await t.test('survives the loss of a connection during a statement', async (t) => {
    const pool = open(t)
    const client = await pool.connect()
    const pid = await pidOf(client)
    const ended = emitted(client, 'end')
    const slept = t.rejects(client.query('select pg_sleep(60)'), { code: '57P01' })
    await rowOf(operator, `select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'`, [pid])
    await terminate(pid)
    await Promise.all([slept, ended])
    client.release()
    lostLines()
    t.same((await pool.query('select 1 as one')).rows, [{ one: 1 }])
  })

  await t.test('has the database end a statement that runs too long', async (t) => {
    await t.rejects(open(t, 50).query('select pg_sleep(60)'), { code: '57014' })
  })

  await t.test('says that a connection cannot be had instead of waiting for one forever', async (t) => {
    const pool = open(t)
    const clients = await Promise.all([pool.connect(), pool.connect()])
    const started = performance.now()
    await t.rejects(pool.query('select 1'), /timeout/)
    t.ok(performance.now() - started < 5_000)
    for (const client of clients) client.release()
  })
})
