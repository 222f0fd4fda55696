import type { Bench } from './bench.ts'
import type { Measurement } from './measurement.ts'
import type { Database } from './postgres.ts'
import { cpuSeconds, cpuSecondsWithChildren } from './proc.ts'
import { forgetStatements, statementTable } from './statements.ts'

/** What was taken between two moments. */
export interface Spent {
  /** Seconds since 1970 by the database's clock, as `received_at` and `processed_at` are. */
  readonly from: number
  readonly until: number
  readonly applicationCpuSeconds: number
  /** NaN when the server is not ours. */
  readonly postgresCpuSeconds: number
  readonly walBytes: number
}

interface Reading {
  readonly at: number
  readonly applicationCpu: number
  readonly postgresCpu: number
  readonly wal: number
}

/** A process of the application, or of what stands in its place. */
type Metered = { readonly pid: number }

/**
 * What events cost: CPU time of the application's processes and of Postgres, and bytes of write-ahead log. On a
 * machine shared with others these say more than rates do.
 */
export class Meter {
  readonly #bench: Bench
  readonly #database: Database
  readonly #applications: readonly Metered[]
  readonly #from: Reading

  private constructor(bench: Bench, database: Database, applications: readonly Metered[], from: Reading) {
    this.#bench = bench
    this.#database = database
    this.#applications = applications
    this.#from = from
  }

  static async start(bench: Bench, database: Database, applications: readonly Metered[]): Promise<Meter> {
    if (bench.statements) await forgetStatements(database)
    return new Meter(bench, database, applications, await read(bench, database, applications))
  }

  async stop(): Promise<Spent> {
    const from = this.#from
    const until = await read(this.#bench, this.#database, this.#applications)
    return {
      from: from.at,
      until: until.at,
      applicationCpuSeconds: until.applicationCpu - from.applicationCpu,
      postgresCpuSeconds: until.postgresCpu - from.postgresCpu,
      walBytes: until.wal - from.wal,
    }
  }

  /** The rows for the report, after `stop`. */
  async rows(table: string, label: string, spent: Spent, events: number): Promise<Measurement[]> {
    const statements = this.#bench.statements
      ? await statementTable(this.#database, `${table}: statements of ${label}`, events)
      : []
    return [
      { table: `${table}: what one event costs`, label, figures: perEvent(spent, events) },
      ...statements,
    ]
  }
}

/** Events accepted, or processed, between the two moments. */
export async function countBetween(
  { pool }: Database,
  column: 'received_at' | 'processed_at',
  { from, until }: Pick<Spent, 'from' | 'until'>,
): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from openphone.webhook_event
    where ${column} > to_timestamp($1) and ${column} <= to_timestamp($2)`,
    [from, until],
  )
  return rows[0]?.count ?? 0
}

function perEvent(spent: Spent, events: number): Record<string, number> {
  const figures = {
    'application CPU µs': (spent.applicationCpuSeconds * 1e6) / events,
    'Postgres CPU µs': (spent.postgresCpuSeconds * 1e6) / events,
    'WAL bytes': spent.walBytes / events,
  }
  // What is not known on this system is left out.
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)))
}

async function read(bench: Bench, { pool }: Database, applications: readonly Metered[]): Promise<Reading> {
  const { rows } = await pool.query<{ at: number; wal: number }>(
    `select extract(epoch from clock_timestamp())::float8 as at,
      pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as wal`,
  )
  if (rows[0] === undefined) throw new Error('A select without a row')
  const { serverPid } = bench.postgres
  return {
    ...rows[0],
    applicationCpu: applications.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0),
    postgresCpu: serverPid === undefined ? Number.NaN : cpuSecondsWithChildren(serverPid),
  }
}
