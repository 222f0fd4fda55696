import { startApplication } from '../application.ts'
import { type Bench, withDatabase } from '../bench.ts'
import { type Contender, contenders } from '../contenders/index.ts'
import type { LoadPlan, LoadResult } from '../load/plan.ts'
import { differentAmong } from '../load/requests.ts'
import type { Measurement } from '../measurement.ts'
import { meteredLoad } from '../metered-load.ts'
import type { Database } from '../postgres.ts'

/** Different objects; they are sent again and again, in a new event each time. */
const OBJECTS = { message: 2_000, transcript: 200 } as const

/** More than any of them answers, so that the requests last; a lone connection is slower, and so are large bodies. */
function requestsPerSecondMax({
  name,
  connections,
  kind,
}: Pick<IngestRun, 'name' | 'connections' | 'kind'>): number {
  if (kind === 'transcript') return 4_000
  if (name === 'http-only') return connections === 1 ? 15_000 : 40_000
  return connections === 1 ? 6_000 : 25_000
}

export interface IngestRun extends Partial<Pick<LoadPlan, 'kind' | 'repeats' | 'perSecond'>> {
  readonly table: string
  /** By default its name and the connections. */
  readonly label?: string
  readonly name: Contender
  readonly connections: number
  /** By default as long as the sizes say. */
  readonly seconds?: number
  /** Stays the caller's; a new one when absent. */
  readonly database?: Database
}

export interface IngestOutcome {
  readonly result: LoadResult
  readonly measurements: readonly Measurement[]
}

/** Puts a load on the application in the role ingest, or on a contender, and counts what became of it. */
export async function runIngest(bench: Bench, run: IngestRun): Promise<IngestOutcome> {
  const { database } = run
  return database === undefined
    ? withDatabase(bench, (own) => runOn(bench, own, run))
    : runOn(bench, database, run)
}

async function runOn(bench: Bench, database: Database, run: IngestRun): Promise<IngestOutcome> {
  const { table, name, connections, kind = 'message', repeats = false, perSecond } = run
  const label = run.label ?? ingestLabel(name, connections)
  bench.progress(`${table.slice(0, 1)}  ${label}`)
  const before = await countStored(database)
  const server = await startApplication(bench, contenders[name], {
    databaseUrl: database.url,
    role: 'ingest',
  })
  const { warmupSeconds, ingestSeconds } = bench.sizes
  const seconds = run.seconds ?? ingestSeconds
  const requests = Math.ceil(
    (perSecond ?? requestsPerSecondMax({ name, connections, kind })) * (warmupSeconds + seconds),
  )
  const pace = perSecond === undefined ? {} : { perSecond }
  const plan = {
    connections,
    warmupSeconds,
    seconds,
    requests,
    bodies: OBJECTS[kind],
    kind,
    repeats,
    ...pace,
  }
  const { result, costs } = await meteredLoad(bench, database, [server], plan)
  await server.stop()
  if (result.usedUp && perSecond === undefined) bench.note(`${label}: the requests were used up early.`)
  bench.progress(`   ${Math.round(result.perSecond)}/s, p99 ${result.p99Milliseconds.toFixed(1)} ms`)

  const answered = result.statuses[200] ?? 0
  const wanted = repeats ? differentAmong(answered) : answered
  const stored = await countStored(database)
  const unmatched =
    name === 'http-only'
      ? 0
      : Math.abs(stored.events - before.events - wanted) + stored.jobless - before.jobless
  const figures = {
    'per second': result.perSecond,
    'p50 ms': result.p50Milliseconds,
    'p99 ms': result.p99Milliseconds,
    'not 200': notOk(result),
    'not stored with its job': unmatched,
    'load process, cores': result.cpuShare,
  }
  return { result, measurements: [{ table, label, figures }, ...(await costs(table, label))] }
}

/** Events, and how many of them have no job, those that had one a day ago left aside. */
async function countStored({ pool }: Database): Promise<{ events: number; jobless: number }> {
  const { rows } = await pool.query<{ events: number; jobless: number }>(
    `select count(*)::int as events, count(*) filter (where job.id is null and status = 'received')::int as jobless
    from openphone.webhook_event left join pgboss.job using (id)`,
  )
  return rows[0] ?? { events: 0, jobless: 0 }
}

/** Answers other than 200. */
export function notOk({ statuses }: LoadResult): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => (status === '200' ? sum : sum + count), 0)
}

export const ingestLabel = (name: string, connections: number) =>
  `${name}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`

/** How the pipeline compares with another under the same load. */
export function ratio(
  table: string,
  label: string,
  pipeline: LoadResult | undefined,
  other: LoadResult | undefined,
): Measurement[] {
  if (pipeline === undefined || other === undefined) return []
  const figures = {
    'per second, ratio': pipeline.perSecond / other.perSecond,
    'p50, ratio': pipeline.p50Milliseconds / other.p50Milliseconds,
    'p99, ratio': pipeline.p99Milliseconds / other.p99Milliseconds,
  }
  return [{ table, label, figures }]
}
