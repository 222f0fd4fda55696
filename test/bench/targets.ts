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
const LATENCY = 'c. Latency from accepted to processed, both roles in one process'
const TOGETHER = 'f. Ingest and drain together'

const targets: readonly Target[] = [
  { ...rateRatio(COMPARED, 'pipeline / http-only, 64 connections'), atLeast: 0.75 },
  { ...rateRatio(COMPARED, 'pipeline / http-only, 256 connections'), atLeast: 0.75 },
  { ...rateRatio(COMPARED, 'pipeline / transaction-per-request, 64 connections'), atLeast: 8 },
  { ...rateRatio(COMPARED, 'pipeline / pgbench, 64 clients'), atLeast: 1.7 },
  { table: INGEST, label: 'pipeline, 64 connections', figure: 'p99 ms', atMost: 50 },
  {
    table: COMPARED,
    label: 'pipeline / transaction-per-request, 1 connection',
    figure: 'p50, ratio',
    atMost: 0.5,
  },
  { table: 'b. Drain of messages', label: 'worker', figure: 'per second', atLeast: 15_000 },
  { ...rateRatio('b. Drain of messages, compared', 'worker / transaction per event'), atLeast: 8 },
  { table: LATENCY, label: '200 events per second', figure: 'p50 ms', atMost: 4 },
  { table: LATENCY, label: '200 events per second', figure: 'p99 ms', atMost: 20 },
  { table: LATENCY, label: '500 events per second', figure: 'p50 ms', atMost: 4 },
  { table: LATENCY, label: '500 events per second', figure: 'p99 ms', atMost: 20 },
  { table: 'd. Decay', label: 'last window / first window', figure: 'ratio of processed', atLeast: 0.9 },
  { table: 'e. Drain of a mix', label: 'worker', figure: 'per second', atLeast: 10_000 },
  { ...rateRatio('e. Drain of a mix, compared', 'worker / transaction per event'), atLeast: 8 },
  { table: TOGETHER, label: 'a process for each role', figure: 'processed per second', atLeast: 5_000 },
  { table: TOGETHER, label: 'a process for each role', figure: 'lag p99 ms', atMost: 1_000 },
  { table: 'g. Half load', label: 'half as fast', figure: 'p99 ms', atMost: 15 },
  {
    table: 'j. Drain of messages and topics, compared',
    label: 'worker, no subscriber / without topics',
    figure: 'CPU, ratio',
    atMost: 1.05,
  },
  { table: 'l. npm start, until /readyz says so', label: 'second start', figure: 'seconds', atMost: 2 },
  { ...rateRatio('m. Ingest as the database grows, compared', 'grown / empty'), atLeast: 0.9 },
  {
    table: 'n. Memory of one process with all roles, at full load',
    label: 'all of them processed',
    figure: 'RSS MB',
    atMost: 220,
  },
  { ...rateRatio('o. Drain of a backlog, compared', 'large / small'), atLeast: 0.8 },
  { ...rateRatio('o. Drain of a backlog, compared', 'the same, its last 10 s'), atLeast: 0.5 },
]

function rateRatio(table: string, label: string): Pick<Target, 'table' | 'label' | 'figure'> {
  return { table, label, figure: 'per second, ratio' }
}

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
