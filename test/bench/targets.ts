import type { Result, Summary } from './measurement.ts'

/** What a figure should reach on a machine with two cores and a disk of its own. */
interface Target {
  /** In plain words. */
  readonly what: string
  readonly of: readonly [table: string, label: string, figure: string]
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
const MESSAGES = 'b. Drain of messages'
const MIX = 'e. Drain of a mix'
const TOGETHER = 'f. Ingest and drain together'

const ratio = 'per second, ratio'

const targets: readonly Target[] = [
  {
    what: 'ingest at 64 connections / HTTP alone',
    of: [COMPARED, 'pipeline / http-only, 64 connections', ratio],
    atLeast: 0.75,
  },
  {
    what: 'ingest at 256 connections / HTTP alone',
    of: [COMPARED, 'pipeline / http-only, 256 connections', ratio],
    atLeast: 0.75,
  },
  {
    what: 'ingest at 64 connections / a transaction per request',
    of: [COMPARED, 'pipeline / transaction-per-request, 64 connections', ratio],
    atLeast: 8,
  },
  {
    what: 'ingest at 64 connections / pgbench, one by one',
    of: [COMPARED, 'pipeline / pgbench, 64 clients', ratio],
    atLeast: 1.7,
  },
  {
    what: 'ingest at 64 connections: p99, ms',
    of: [INGEST, 'pipeline, 64 connections', 'p99 ms'],
    atMost: 50,
  },
  {
    what: 'a lone client: p50 / a transaction per request',
    of: [COMPARED, 'pipeline / transaction-per-request, 1 connection', 'p50, ratio'],
    atMost: 0.5,
  },
  { what: 'drain of messages, per second', of: [MESSAGES, 'worker', 'per second'], atLeast: 15_000 },
  {
    what: 'drain of messages / a transaction per event',
    of: [`${MESSAGES}, compared`, 'worker / transaction per event', ratio],
    atLeast: 8,
  },
  ...[200, 500].flatMap((rate) => {
    const what = `accepted to processed at ${rate} per second`
    const label = `${rate} events per second`
    return [
      { what: `${what}: p50, ms`, of: [LATENCY, label, 'p50 ms'] as const, atMost: 4 },
      { what: `${what}: p99, ms`, of: [LATENCY, label, 'p99 ms'] as const, atMost: 20 },
    ]
  }),
  {
    what: '1,000 per second on a new database: processed in the last 10 s / the first',
    of: ['d. Decay', 'last window / first window', 'ratio of processed'],
    atLeast: 0.9,
  },
  { what: 'drain of a mix, per second', of: [MIX, 'worker', 'per second'], atLeast: 10_000 },
  {
    what: 'drain of a mix / a transaction per event',
    of: [`${MIX}, compared`, 'worker / transaction per event', ratio],
    atLeast: 8,
  },
  {
    what: 'ingest and drain together, per second',
    of: [TOGETHER, 'a process for each role', 'processed per second'],
    atLeast: 5_000,
  },
  {
    what: 'accepted to processed meanwhile: p99, ms',
    of: [TOGETHER, 'a process for each role', 'lag p99 ms'],
    atMost: 1_000,
  },
  {
    what: 'at half the load, 64 connections: p99, ms',
    of: ['g. Half load', 'half as fast', 'p99 ms'],
    atMost: 15,
  },
  {
    what: 'topics without a subscriber: CPU time / without topics',
    of: ['j. Drain of messages and topics, compared', 'worker, no subscriber / without topics', 'CPU, ratio'],
    atMost: 1.05,
  },
  {
    what: 'npm start on the embedded database, second start: seconds',
    of: ['l. npm start, until /readyz says so', 'second start', 'seconds'],
    atMost: 2,
  },
  {
    what: 'ingest at 5,000,000 stored events / an empty database',
    of: ['m. Ingest as the database grows, compared', 'grown / empty', ratio],
    atLeast: 0.9,
  },
  {
    what: 'memory with all roles after 1,000,000 events: RSS, MB',
    of: ['n. Memory of one process with all roles, at full load', 'all of them processed', 'RSS MB'],
    atMost: 220,
  },
  {
    what: 'drain with 1,000,000 jobs waiting / a small queue',
    of: ['o. Drain of a backlog, compared', 'large / small', ratio],
    atLeast: 0.8,
  },
  {
    what: 'the same after vacuum was held off for a minute',
    of: ['o. Drain of a backlog, compared', 'the same, its last 10 s', ratio],
    atLeast: 0.5,
  },
]

/** Whatever was run, none of it may happen. */
const NEVER = ['not 200', 'not stored with its job', 'not processed']

/** Holds the medians against the targets; what was not run is left out. */
export function judge(results: readonly Result[]): Verdict[] {
  const verdicts = targets.flatMap((target): Verdict[] => {
    const { what, of, atLeast, atMost } = target
    const [table, label, figure] = of
    const measured = results.find((result) => result.table === table && result.label === label)?.figures[
      figure
    ]
    if (measured === undefined) return []
    // A NaN meets no target.
    const isMet = atLeast === undefined ? measured.median <= (atMost ?? 0) : measured.median >= atLeast
    const wanted =
      atLeast === undefined ? `≤ ${atMost?.toLocaleString('en-US')}` : `≥ ${atLeast.toLocaleString('en-US')}`
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
  return [{ what: `${figure}, at most`, target: '0', measured, isMet: most === 0 }]
}
