import type { Contender } from '../contenders/index.ts'
import type { LoadResult } from '../load/plan.ts'
import type { Measurement } from '../measurement.ts'
import { ingestLabel, ratio, runIngest } from './ingest-run.ts'
import type { Scenario } from './scenario.ts'

const CONNECTIONS = 64

/** As fast as it goes, and then half as fast: what an answer takes when there is room. */
export const halfLoad: Scenario = {
  letter: 'g',
  name: 'half-load',
  about: 'answers at 64 connections when half of what is possible is asked for',
  run: async (bench) => {
    const table = 'g. Half load'
    const run = { table, name: 'pipeline', connections: CONNECTIONS } as const
    const saturated = await runIngest(bench, { ...run, label: 'as fast as it goes' })
    const perSecond = saturated.result.perSecond / 2
    const half = await runIngest(bench, { ...run, label: 'half as fast', perSecond })
    return [...saturated.measurements, ...half.measurements]
  },
}

export const largeBodies: Scenario = {
  letter: 'h',
  name: 'large-bodies',
  about: 'ingest of transcripts of 64 KB',
  run: async (bench) => {
    const table = 'h. Ingest of 64 KB transcripts'
    const names: readonly Contender[] = bench.alone ? ['pipeline'] : ['http-only', 'pipeline']
    const results = new Map<Contender, LoadResult>()
    const rows: Measurement[] = []
    for (const name of bench.repetition % 2 === 0 ? names : names.toReversed()) {
      const { result, measurements } = await runIngest(bench, {
        ...{ table, name, connections: CONNECTIONS },
        kind: 'transcript',
      })
      results.set(name, result)
      rows.push(...measurements)
    }
    const label = `pipeline / ${ingestLabel('http-only', CONNECTIONS)}`
    return [...rows, ...ratio(`${table}, compared`, label, results.get('pipeline'), results.get('http-only'))]
  },
}

export const duplicates: Scenario = {
  letter: 'i',
  name: 'duplicates',
  about: 'ingest when every other delivery was there before',
  run: async (bench) => {
    const table = 'i. Ingest, every other delivery a duplicate'
    const run = { table, connections: CONNECTIONS, repeats: true }
    const pipeline = await runIngest(bench, { ...run, name: 'pipeline' })
    if (bench.alone) return [...pipeline.measurements]
    const ordinary = await runIngest(bench, { ...run, name: 'transaction-per-request' })
    const label = `pipeline / ${ingestLabel('transaction-per-request', CONNECTIONS)}`
    return [
      ...pipeline.measurements,
      ...ordinary.measurements,
      ...ratio(`${table}, compared`, label, pipeline.result, ordinary.result),
    ]
  },
}
