import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, withDatabase } from '../bench.ts'
import type { Contender } from '../contenders/index.ts'
import type { LoadResult } from '../load/plan.ts'
import type { Measurement } from '../measurement.ts'
import { countBetween, Meter } from '../meter.ts'
import { startPgbench } from '../pgbench.ts'
import { checkpoint } from '../postgres.ts'
import { inTurns } from '../turns.ts'
import { ingestLabel, ratio, runIngest } from './ingest-run.ts'
import type { Scenario } from './scenario.ts'

const TABLE = 'a. Ingest'
const RATIOS = 'a. Ingest, compared'
const PGBENCH_CLIENTS = 64
const PGBENCH_LABEL = `pgbench, ${PGBENCH_CLIENTS} clients`

const compared: readonly Contender[] = ['http-only', 'transaction-per-request']

/** The same load on the application and on the contenders, in turns, at every number of connections. */
export const ingest: Scenario = {
  letter: 'a',
  name: 'ingest',
  about: 'webhooks per second at 1, 16, 64 and 256 connections, beside the ordinary ways',
  run: async (bench) => {
    const measurements: Measurement[] = []
    for (const connections of bench.sizes.connections) {
      measurements.push(...(await inTurns(bench, (turn) => compareAt(turn, connections))))
    }
    return measurements
  },
}

const secondsOf = ({ sizes }: Bench) => Math.ceil(sizes.ingestSeconds / sizes.turns)

async function compareAt(bench: Bench, connections: number): Promise<Measurement[]> {
  const { results, rows } = await runAll(bench, connections)
  const limit = connections === PGBENCH_CLIENTS && !bench.alone ? await runPgbench(bench) : []
  const pipeline = results.get('pipeline')
  const ratios = compared.flatMap((name) =>
    ratio(RATIOS, `pipeline / ${ingestLabel(name, connections)}`, pipeline, results.get(name)),
  )
  const limitRate = limit.find(({ table }) => table === TABLE)?.figures['per second']
  if (pipeline !== undefined && limitRate !== undefined) {
    const figures = { 'per second, ratio': pipeline.perSecond / limitRate }
    ratios.push({ table: RATIOS, label: `pipeline / ${PGBENCH_LABEL}`, figures })
  }
  return [...rows, ...limit, ...ratios]
}

/** In another order each time. */
async function runAll(bench: Bench, connections: number) {
  const names: readonly Contender[] = bench.alone ? ['pipeline'] : [...compared, 'pipeline']
  const results = new Map<Contender, LoadResult>()
  const rows: Measurement[] = []
  for (const index of names.keys()) {
    const name = names[(index + bench.repetition) % names.length] ?? 'pipeline'
    const { result, measurements } = await runIngest(bench, {
      ...{ table: TABLE, name, connections },
      seconds: secondsOf(bench),
    })
    results.set(name, result)
    rows.push(...measurements)
  }
  return { results, rows }
}

/** Every session reads the catalogue and plans the statement before it is of use. */
const PGBENCH_WARMUP_SECONDS = 2

/** What is possible one by one. */
function runPgbench(bench: Bench): Promise<Measurement[]> {
  const label = PGBENCH_LABEL
  bench.progress(`a  ${label}`)
  return withDatabase(bench, async (database) => {
    await checkpoint(database)
    const pgbench = await startPgbench(bench, database, PGBENCH_CLIENTS)
    if (pgbench === undefined) return []
    await sleep(PGBENCH_WARMUP_SECONDS * 1000, undefined, { signal: bench.signal })
    const meter = await Meter.start(bench, database, [pgbench])
    await sleep(secondsOf(bench) * 1000, undefined, { signal: bench.signal })
    const spent = await meter.stop()
    await pgbench.stop()
    const stored = await countBetween(database, 'received_at', spent)
    const perSecond = stored / (spent.until - spent.from)
    bench.progress(`   ${Math.round(perSecond)}/s`)
    const costs = await meter.rows(TABLE, label, spent, stored)
    return [{ table: TABLE, label, figures: { 'per second': perSecond } }, ...costs]
  })
}
