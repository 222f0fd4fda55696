import type { Measurement } from './measurement.ts'
import type { Database } from './postgres.ts'

/** The server's settings, besides the library, that `--statements` needs. */
export const statementSettings = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_planning': 'on',
} as const

const SHOWN = 12
const TEXT_LENGTH_MAX = 100

/** So that what was counted before is not counted again. */
export async function forgetStatements({ pool }: Database): Promise<void> {
  await pool.query('create extension if not exists pg_stat_statements')
  await pool.query('select pg_stat_statements_reset()')
}

interface Row {
  readonly id: string
  readonly query: string
  readonly calls: number
  readonly milliseconds: number
  readonly rows: number
  readonly wal: number
}

/** The statements that took Postgres longest since `forgetStatements`. */
export async function statementTable(
  { pool }: Database,
  table: string,
  events: number,
): Promise<Measurement[]> {
  const { rows } = await pool.query<Row>(
    `select queryid::text as id, query, calls::float8 as calls, rows::float8 as rows, wal_bytes::float8 as wal,
      total_exec_time + total_plan_time as milliseconds
    from pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database())
      and calls > 0 and query not like '%pg_stat_statements%'
    order by milliseconds desc limit $1`,
    [SHOWN],
  )
  return rows.map(({ id, query, calls, milliseconds, rows: returned, wal }) => {
    const text = query.replaceAll(/\s+/g, ' ').trim()
    const short = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text
    return {
      table,
      label: `${id.slice(-6)} ${short}`,
      figures: {
        calls,
        'events a call': events / calls,
        'rows a call': returned / calls,
        'ms a call': milliseconds / calls,
        'µs an event': (milliseconds * 1000) / events,
        'WAL bytes an event': wal / events,
      },
    }
  })
}
