import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Test } from 'tap'
import { type Server, startServer } from './server.ts'

const CONNECTED_LIMIT_MS = 10_000

/** Runs one statement on a connection of its own. */
export async function runOn(url: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}

/** A primary and a streaming standby, which has whatever the primary says is committed; they go with the test. */
export async function startPair(t: Test): Promise<{ primary: Server; standby: Server }> {
  const primary = await startServer(t)
  await primary.stop('SIGINT')
  const { host, port, password } = {
    host: '127.0.0.1',
    port: primary.port,
    password: new URL(primary.url).password,
  }
  const standby = await primary.copy(
    {
      primary_conninfo: `host=${host} port=${port} user=postgres password=${password} application_name=standby`,
      primary_slot_name: 'standby',
    },
    'standby.signal',
  )
  t.teardown(() => standby.stop('SIGQUIT'))
  await primary.start()
  await runOn(primary.url, `select pg_create_physical_replication_slot('standby', true)`)
  await standby.start()
  await runOn(primary.url, `alter system set synchronous_standby_names = 'standby'`)
  await runOn(primary.url, 'select pg_reload_conf()')
  const deadline = performance.now() + CONNECTED_LIMIT_MS
  for (;;) {
    const { rows } = await runOn(primary.url, `select from pg_stat_replication where sync_state = 'sync'`)
    if (rows.length === 1) return { primary, standby }
    if (performance.now() > deadline)
      throw new Error(`the standby does not follow:\n${standby.log.slice(-2000)}`)
    await sleep(50)
  }
}
