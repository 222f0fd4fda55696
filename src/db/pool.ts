import pg from 'pg'
import type { Log } from '../log.ts'
import { connectionOptions } from './connection.ts'
import type { OnConnect } from './lost-connection.ts'
import { limitSilence } from './silence.ts'

/** The database ends a statement that takes too long; when it does not, it is not there any more. */
const SILENCE_AFTER_STATEMENT_LIMIT_MS = 1_000

/**
 * The database ends a transaction that its client has left standing: the session of a process that the network
 * cut off would hold its locks, and all who wait for them, for the hours until the kernel notices. No
 * transaction here does more than compute for milliseconds between two statements.
 */
const IDLE_IN_TRANSACTION_LIMIT_MS = 15_000

/** What every pool of the process shares. */
export interface PoolOptions {
  /** `postgres://…`; may name several hosts, of which the one that takes writes is used. */
  readonly url: string
  /** Most connections the pool opens. */
  readonly size: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  /** The database ends a statement that runs longer. */
  readonly statementTimeoutMs: number
  /** Of Postgres, by name, for each session. A pooler may refuse them. */
  readonly settings?: Readonly<Record<string, string>>
  /** Called with each new connection, before its first use: a `lossDetector`. */
  readonly onConnect?: OnConnect | undefined
  readonly log: Log
}

/** A connection pool that reports the loss of a connection, idle or not, instead of ending the process. */
export function createPool(options: PoolOptions): pg.Pool {
  const { url, size, applicationName, statementTimeoutMs, settings = {}, onConnect, log } = options
  const given = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
  const pool = new pg.Pool({
    ...connectionOptions(url, 0),
    max: size,
    application_name: applicationName,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_LIMIT_MS,
    ...(given.length > 0 && { options: given.join(' ') }),
    ...(onConnect && { onConnect }),
  })
  // Only while it is lent out: an idle connection is silent by nature.
  pool.on('acquire', (client) => {
    limitSilence(client.connection.stream, statementTimeoutMs + SILENCE_AFTER_STATEMENT_LIMIT_MS)
  })
  pool.on('release', (_error, client) => limitSilence(client.connection.stream, 0))
  // While it is lent out, a connection has no listener of the pool's, and an error event without one ends
  // the process. Whoever holds it learns of the loss from the statement under way or from the next one.
  pool.on('connect', (client) => {
    let isReported = false
    client.on('error', (error) => {
      if (!isReported) log.warn({ event: 'database_connection_lost', applicationName, error: error.message })
      isReported = true
    })
  })
  // The same losses again, of idle connections; but the pool, too, must have a listener.
  pool.on('error', () => {})
  return pool
}
