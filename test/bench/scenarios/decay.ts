import { application, startApplication } from '../application.ts'
import { type Bench, withDatabase } from '../bench.ts'
import { load } from '../load/start.ts'
import type { Measurement } from '../measurement.ts'
import { checkpoint, type Database } from '../postgres.ts'
import { untilSettled } from '../settled.ts'
import { notOk } from './ingest-run.ts'
import type { Scenario } from './scenario.ts'

const CONNECTIONS = 64
const SETTLE_LIMIT_SECONDS = 60
/** Of 10 s in a full run. */
const WINDOWS = 6

/**
 * A new database, workers from its first event on, and a steady rate that both roles, a process each, can keep up
 * with: what is processed must not become less as tables fill whose statistics were made when they were empty.
 */
export const decay: Scenario = {
  letter: 'd',
  name: 'decay',
  about: 'a steady load on a new database does not become slower',
  run: runDecay,
}

function runDecay(bench: Bench): Promise<Measurement[]> {
  const { decayRate: perSecond, decaySeconds: seconds } = bench.sizes
  bench.progress(`d  ${perSecond} events per second for ${seconds} s`)
  return withDatabase(bench, async (database) => {
    const worker = await startApplication(bench, application, { databaseUrl: database.url, role: 'worker' })
    const server = await startApplication(bench, application, { databaseUrl: database.url, role: 'ingest' })
    const requests = perSecond * seconds
    const plan = {
      connections: CONNECTIONS,
      warmupSeconds: 0,
      seconds,
      perSecond,
      requests,
      bodies: requests,
      kind: 'message' as const,
    }
    const result = await load(bench, server.url, plan, { beforeGo: () => checkpoint(database) })
    await untilSettled(bench, database, SETTLE_LIMIT_SECONDS)
    await server.stop()
    await worker.stop()

    const windowSeconds = seconds / WINDOWS
    const windows = await readWindows(database, windowSeconds)
    const measurements: Measurement[] = windows.map(({ processed, p99 }, index) => ({
      table: `d. ${perSecond} events per second on a new database, a process for each role`,
      label: `from ${round(index * windowSeconds)} to ${round((index + 1) * windowSeconds)} s`,
      figures: { 'processed per second': processed / windowSeconds, 'lag p99 ms': p99 },
    }))
    const [first, last] = [windows.at(0), windows.at(-1)]
    const all = windows.reduce((sum, { processed }) => sum + processed, 0)
    const figures = {
      'ratio of processed': (last?.processed ?? Number.NaN) / (first?.processed ?? Number.NaN),
      'not 200': notOk(result),
      'later than the last window': requests - all,
    }
    return [...measurements, { table: 'd. Decay', label: 'last window / first window', figures }]
  })
}

const round = (seconds: number) => Math.round(seconds * 10) / 10

interface Window {
  readonly processed: number
  readonly p99: number
}

/** By when they were processed, from when the first event was accepted. */
async function readWindows({ pool }: Database, windowSeconds: number): Promise<Window[]> {
  const { rows } = await pool.query<Window>(
    `with start as (select min(received_at) as at from openphone.webhook_event)
    select
      count(event.id)::int as processed,
      1000 * percentile_disc(0.99) within group (order by extract(epoch from processed_at - received_at)::float8) as p99
    from start
    cross join generate_series(0, $2::int - 1) as number
    left join openphone.webhook_event as event
      on event.processed_at >= start.at + number * $1::float8 * interval '1s'
      and event.processed_at < start.at + (number + 1) * $1::float8 * interval '1s'
    group by number order by number`,
    [windowSeconds, WINDOWS],
  )
  return rows
}
