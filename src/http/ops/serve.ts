import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config.ts'
import { createPool } from '../../db/pool.ts'
import type { Registry } from '../../events/registry.ts'
import type { Log } from '../../log.ts'
import { usesNotifications } from '../../queue/notifications.ts'
import { createDatabase } from '../../tables/database.ts'
import { opsRoutes } from './index.ts'

/** Apart from those of ingest and workers, so that open pages take nothing from them. */
const CONNECTIONS = 3
/** Far above what any of the statements takes: each looks at a bounded number of rows. */
const STATEMENT_TIMEOUT_MS = 15_000

export interface OperatorOptions {
  readonly token: string
  readonly databaseUrl: string
  readonly config: Pick<Config, 'badSignaturesPerMinute' | 'databaseBackend' | 'listenNotify'>
  readonly registry: Registry
  readonly log: Log
}

/** Adds `/ops` to a server, with database connections of its own that close with it. */
export function serveOperators(server: FastifyInstance, options: OperatorOptions): void {
  const { token, databaseUrl, config, registry, log } = options
  const pool = createPool({
    url: databaseUrl,
    size: CONNECTIONS,
    applicationName: 'openphone-ops',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    log,
  })
  // Runs when the answers under way have been given.
  server.addHook('onClose', () => pool.end())
  server.register(opsRoutes, {
    prefix: '/ops',
    token,
    wrongPerMinute: config.badSignaturesPerMinute,
    db: createDatabase(pool),
    registry,
    notify: usesNotifications(config),
    log,
  })
}
