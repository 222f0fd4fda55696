import pg from 'pg'
import type { Log } from '../log.ts'

/** How long a request for a connection waits before it fails, so that an unreachable database is told quickly. */
const CONNECT_TIMEOUT_MS = 2_000

/** What every pool of the process shares. */
export interface PoolOptions {
  /** `postgres://…`; may name several hosts, the reachable primary is used. */
  readonly url: string
  /** Most connections the pool opens. */
  readonly size: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  /** The database ends a statement that runs longer. */
  readonly statementTimeoutMs: number
  readonly log: Log
}

/** A connection pool that reports the loss of a connection, idle or not, instead of ending the process. */
export function createPool({ url, size, applicationName, statementTimeoutMs, log }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    // The database cannot end a statement when the network to it is cut; the client then does.
    query_timeout: statementTimeoutMs + 1_000,
    keepAlive: true,
  })
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
