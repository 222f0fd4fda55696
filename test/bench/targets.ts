import type { Result, Summary } from './measurement.ts'

/** What a figure should reach on a machine with two cores and a disk of its own. */
interface Target {
  readonly table: string
  readonly label: string
  readonly figure: string
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Verdict {
  readonly what: string
  readonly target: string
  readonly measured: Summary
  readonly isMet: boolean
}

const INGEST = 'a. Ingest'
const COMPARED = 'a. Ingest, compared'

const targets: readonly Target[] = [
  {
    table: COMPARED,
    label: 'pipeline / transaction-per-request, 64 connections',
    figure: 'per second, ratio',
    atLeast: 6,
  },
  {
    table: COMPARED,
    label: 'pipeline / http-only, 64 connections',
    figure: 'per second, ratio',
    atLeast: 0.55,
  },
  { table: INGEST, label: 'pipeline, 64 connections', figure: 'p99 ms', atMost: 100 },
  {
    table: COMPARED,
    label: 'pipeline / transaction-per-request, 1 connection',
    figure: 'p50, ratio',
    atMost: 1,
  },
  { table: 'b. Drain of waiting messages', label: 'worker', figure: 'per second', atLeast: 8_000 },
  {
    table: 'c. Latency from accepted to processed, both roles in one process',
    label: '200 events per second',
    figure: 'p50 ms',
    atMost: 15,
  },
  { table: 'd. Decay', label: 'last window / first window', figure: 'ratio of processed', atLeast: 0.9 },
  { table: 'e. Drain of a realistic mix', label: 'worker', figure: 'per second', atLeast: 6_000 },
]

/** Whatever was run, none of it may happen. */
const NEVER = ['not 200', 'not stored with its job', 'not processed']

/** Holds the medians against the targets; what was not run is left out. */
export function judge(results: readonly Result[]): Verdict[] {
  const verdicts = targets.flatMap((target): Verdict[] => {
    const result = results.find(({ table, label }) => table === target.table && label === target.label)
    const measured = result?.figures[target.figure]
    if (measured === undefined) return []
    const { atLeast, atMost } = target
    // A NaN meets no target.
    const isMet = atLeast === undefined ? measured.median <= (atMost ?? 0) : measured.median >= atLeast
    const wanted = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
    const what = `${target.table.slice(0, 1)}  ${target.label}: ${target.figure}`
    return [{ what, target: wanted, measured, isMet }]
  })
  return [...verdicts, ...NEVER.flatMap((figure) => neverVerdict(results, figure))]
}

/** The most of all rows and repetitions. */
function neverVerdict(results: readonly Result[], figure: string): Verdict[] {
  const values = results.flatMap((result) => result.figures[figure]?.values ?? [])
  if (values.length === 0) return []
  const most = Math.max(...values)
  const measured = { median: most, min: Math.min(...values), max: most, values }
  return [{ what: `all  ${figure}, at most`, target: '0', measured, isMet: most === 0 }]
}
