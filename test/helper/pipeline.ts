import { Writable } from 'node:stream'
import type { Kysely, Selectable } from 'kysely'
import type pg from 'pg'
import { pino } from 'pino'
import type { Test } from 'tap'
import { type App, startApp } from '../../src/app.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import { createPool } from '../../src/db/pool.ts'
import type { Registry } from '../../src/events/registry.ts'
import { createDatabase, type Database } from '../../src/tables/database.ts'
import type { EventStatus } from '../../src/tables/webhook-event.ts'
import { appDatabase } from './app-database.ts'
import { createPreparedDatabase } from './postgres.ts'
import { secrets } from './secrets.ts'
import { type Answer, type SendOptions, send } from './send.ts'

export interface PipelineOptions {
  /** Settings as environment variables, over short retry delays and the secrets above. */
  readonly env?: Record<string, string>
  readonly registry?: Registry
  /** An existing database to run on; a new one of the test's own when absent. */
  readonly databaseUrl?: string
}

/** The whole app on a database of its own, with real HTTP, and what a test looks at it with. */
export interface Pipeline {
  readonly app: App
  readonly config: Config
  /** The owner's. */
  readonly databaseUrl: string
  readonly db: Kysely<Database>
  /** For what Kysely's types do not cover: pg-boss's tables and faults. */
  readonly pool: pg.Pool
  /** Every line logged so far. */
  readonly logLines: readonly string[]
  /** Signs an envelope and posts it. */
  send(envelope: object | string, options?: SendOptions): Promise<Answer>
  /** Waits until an event has a status; fails the test after ten seconds. */
  eventWith(eventId: string, status: EventStatus): Promise<EventRow>
  /** Waits until a query gives a row; fails the test after ten seconds. */
  rowOf<Row extends pg.QueryResultRow>(query: string, values?: unknown[]): Promise<Row>
}

export type EventRow = Selectable<Database['webhook_event']>

/** Starts the app for a test, by `appDatabase` as a role of its own; it is closed when the test ends. */
export async function startPipeline(t: Test, options: PipelineOptions = {}): Promise<Pipeline> {
  const databaseUrl = options.databaseUrl ?? (await createPreparedDatabase(t))
  const config = loadConfig({
    ...(await appDatabase(t, databaseUrl, options.env)),
    PORT: '0',
    LOG_LEVEL: 'debug',
    OPENPHONE_SIGNING_SECRETS: Object.values(secrets).join(','),
    DATABASE_POOL_SIZE: '4',
    ...options.env,
  })
  const logLines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(String(chunk))
      done()
    },
  })
  const log = pino({ level: config.logLevel }, sink)
  const app = await startApp({
    config,
    databaseUrl: config.databaseUrl ?? databaseUrl,
    signingSecrets: config.signingSecrets,
    opsToken: config.opsToken,
    log,
    ...(options.registry && { registry: options.registry }),
  })
  const pool = createPool({
    url: databaseUrl,
    size: 2,
    applicationName: 'test',
    statementTimeoutMs: 10_000,
    log,
  })
  t.teardown(async () => {
    await app.close()
    await pool.end()
  })
  const rowOf: Pipeline['rowOf'] = async (query, values) => {
    const deadline = Date.now() + 10_000
    for (;;) {
      const { rows } = await pool.query(query, values)
      if (rows[0] !== undefined) return rows[0]
      if (Date.now() > deadline)
        throw new Error(`no row within 10 s: ${query} ${JSON.stringify(values ?? [])}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return {
    app,
    config,
    databaseUrl,
    db: createDatabase(pool),
    pool,
    logLines,
    send: (envelope, sendOptions) => send(app.url, envelope, sendOptions),
    eventWith: (eventId, status) =>
      rowOf('select * from openphone.webhook_event where id = $1 and status = $2', [eventId, status]),
    rowOf,
  }
}
