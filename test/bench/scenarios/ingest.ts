import { application, startApplication } from '../application.ts'
import { type Bench, withDatabase } from '../bench.ts'
import type { LoadResult } from '../load/plan.ts'
import { load } from '../load/start.ts'
import type { Measurement } from '../measurement.ts'
import { pgbench } from '../pgbench.ts'
import { checkpoint, type Database } from '../postgres.ts'
import type { Scenario } from './scenario.ts'

const TABLE = 'a. Ingest'
const RATIOS = 'a. Ingest, compared'
const PGBENCH_CLIENTS = 64

const contenders = {
  'http-only': new URL('../contenders/http-only.ts', import.meta.url),
  'transaction-per-request': new URL('../contenders/transaction-per-request.ts', import.meta.url),
  pipeline: application,
} as const

type Contender = keyof typeof contenders

/** More than any of them answers, so that the requests last; a lone connection is slower. */
const requestsPerSecondMax = (connections: number) => (connections === 1 ? 6_000 : 25_000)

/** The same load on the application and on the two contenders, one after the other, at every number of connections. */
export const ingest: Scenario = async (bench) => {
  const measurements: Measurement[] = []
  // Object.keys of a literal: its keys.
  const names = Object.keys(contenders) as Contender[]
  const inTurn = names.map((_, index) => names[(index + bench.repetition) % names.length] ?? 'pipeline')
  for (const connections of bench.sizes.connections) {
    const results = new Map<Contender, LoadResult>()
    for (const name of inTurn) {
      const { result, unmatched } = await runContender(bench, name, connections)
      results.set(name, result)
      measurements.push(toMeasurement(name, connections, result, unmatched))
    }
    measurements.push(...ratios(connections, results))
  }
  const limit = await withDatabase(bench, async (database) => {
    await checkpoint(database)
    return pgbench(bench, database.url, { clients: PGBENCH_CLIENTS, seconds: bench.sizes.ingestSeconds })
  })
  if (limit !== undefined) {
    const label = `pgbench, the same two inserts in a transaction each, ${PGBENCH_CLIENTS} clients`
    measurements.push({ table: TABLE, label, figures: { 'per second': limit } })
  }
  return measurements
}

async function runContender(bench: Bench, name: Contender, connections: number) {
  const label = labelOf(name, connections)
  bench.progress(`a  ${label}`)
  return withDatabase(bench, async (database) => {
    const server = await startApplication(bench, contenders[name], {
      databaseUrl: database.url,
      role: 'ingest',
    })
    const { warmupSeconds, ingestSeconds: seconds } = bench.sizes
    const requests = Math.ceil(requestsPerSecondMax(connections) * (warmupSeconds + seconds))
    const plan = { connections, warmupSeconds, seconds, requests, bodies: 2_000 }
    const result = await load(bench, server.url, plan, () => checkpoint(database))
    await server.stop()
    if (result.usedUp) bench.note(`${label}: the requests were used up early.`)
    bench.progress(`   ${Math.round(result.perSecond)}/s, p99 ${result.p99Milliseconds.toFixed(1)} ms`)
    const unmatched = name === 'http-only' ? 0 : await countUnmatched(database, result.statuses[200] ?? 0)
    return { result, unmatched }
  })
}

/** Answers of 200 without an event, events without an answer, and events without their job. */
async function countUnmatched({ pool }: Database, answered: number): Promise<number> {
  const { rows } = await pool.query<{ events: number; jobless: number }>(
    `select count(*)::int as events, count(*) filter (where job.id is null)::int as jobless
    from openphone.webhook_event left join pgboss.job using (id)`,
  )
  const { events = 0, jobless = 0 } = rows[0] ?? {}
  return Math.abs(events - answered) + jobless
}

function toMeasurement(
  name: Contender,
  connections: number,
  result: LoadResult,
  unmatched: number,
): Measurement {
  return {
    table: TABLE,
    label: labelOf(name, connections),
    figures: {
      'per second': result.perSecond,
      'p50 ms': result.p50Milliseconds,
      'p99 ms': result.p99Milliseconds,
      'not 200': notOk(result),
      'not stored with its job': unmatched,
      'load process, cores': result.cpuShare,
    },
  }
}

/** Answers other than 200. */
export function notOk({ statuses }: LoadResult): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => (status === '200' ? sum : sum + count), 0)
}

const labelOf = (name: Contender, connections: number) =>
  `${name}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`

function ratios(connections: number, results: ReadonlyMap<Contender, LoadResult>): Measurement[] {
  const pipeline = results.get('pipeline')
  if (pipeline === undefined) return []
  return (['transaction-per-request', 'http-only'] as const).flatMap((name) => {
    const other = results.get(name)
    if (other === undefined) return []
    const figures = {
      'per second, ratio': pipeline.perSecond / other.perSecond,
      'p50, ratio': pipeline.p50Milliseconds / other.p50Milliseconds,
      'p99, ratio': pipeline.p99Milliseconds / other.p99Milliseconds,
    }
    return [{ table: RATIOS, label: `pipeline / ${labelOf(name, connections)}`, figures }]
  })
}
