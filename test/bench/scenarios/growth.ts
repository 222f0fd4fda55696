import { type Bench, withDatabase } from '../bench.ts'
import type { Measurement } from '../measurement.ts'
import { fillLikeAfterMonths } from '../ops-fill.ts'
import type { Database } from '../postgres.ts'
import { runIngest } from './ingest-run.ts'
import type { Scenario } from './scenario.ts'

const TABLE = 'm. Ingest as the database grows'
const CONNECTIONS = 64
/** On either database, by turns. */
const ROUNDS = 2
const DAYS = 30
const FAILED_SHARE = 0.001

/** The same load on a new database, and when it holds a month of events. */
export const growth: Scenario = {
  letter: 'm',
  name: 'growth',
  about: 'ingest at 0 and at 5,000,000 stored events',
  isLong: true,
  run: (bench) =>
    withDatabase(bench, async (database) => {
      const { storedEvents } = bench.sizes
      const full = `${storedEvents.toLocaleString('en-US')} events stored before`
      await fill(bench, database)
      const rows: Measurement[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        const run = { table: TABLE, name: 'pipeline', connections: CONNECTIONS } as const
        const empty = await runIngest(bench, { ...run, label: 'an empty database' })
        const filled = await runIngest(bench, { ...run, label: full, database })
        const figures = {
          'per second, ratio': filled.result.perSecond / empty.result.perSecond,
          'p99, ratio': filled.result.p99Milliseconds / empty.result.p99Milliseconds,
        }
        const ratio = { table: `${TABLE}, compared`, label: 'grown / empty', figures }
        rows.push(...empty.measurements, ...filled.measurements, ratio)
      }
      const size = await sizeOf(database)
      return [...rows, { table: `${TABLE}: size`, label: full, figures: { 'GB on disk': size / 1e9 } }]
    }),
}

async function fill(bench: Bench, { pool }: Database): Promise<void> {
  const { storedEvents: events } = bench.sizes
  const started = performance.now()
  const failures = Math.ceil(events * FAILED_SHARE)
  await fillLikeAfterMonths(pool, { events, failures, days: DAYS }, (stored) => {
    if (stored % 1_000_000 === 0) bench.progress(`m  ${stored} events stored`)
    bench.signal.throwIfAborted()
  })
  const seconds = Math.round((performance.now() - started) / 1000)
  bench.progress(`m  ${events} events of ${DAYS} days stored in ${seconds} s`)
}

async function sizeOf({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ bytes: number }>(
    'select pg_database_size(current_database())::float8 as bytes',
  )
  return rows[0]?.bytes ?? Number.NaN
}
