import { Command, InvalidArgumentError } from 'commander'
import { scenarios } from './scenarios/index.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** The options as typed; absent where they were not. */
export interface BenchOptions {
  readonly only?: readonly Scenario[]
  readonly all?: boolean
  readonly connections?: readonly number[]
  readonly seconds?: number
  readonly events?: number
  readonly repeat: number
  readonly json?: string
  readonly alone?: boolean
  readonly statements?: boolean
  readonly quick?: boolean
  readonly assert?: boolean
}

/** How much of everything is measured. */
export interface Sizes {
  readonly connections: readonly number[]
  /** Before the measured seconds of every load: compilers and caches warm up. */
  readonly warmupSeconds: number
  readonly ingestSeconds: number
  /** How often contenders alternate where they are compared; each load is shorter by as much. */
  readonly turns: number
  readonly latencySeconds: number
  readonly latencyRates: readonly number[]
  readonly decaySeconds: number
  readonly decayRate: number
  readonly sustainedSeconds: number
  readonly sustainedRate: number
  readonly drainEvents: number
  readonly topicsEvents: number
  /** At most so many with a transaction per event: it takes many times as long. */
  readonly slowDrainEvents: number
  /** Stored before, where growth is measured. */
  readonly storedEvents: number
  readonly memoryEvents: number
  /** Waiting jobs, of a queue that has grown and of a small one. */
  readonly backlogEvents: number
  readonly smallBacklogEvents: number
  /** How long a backlog is drained at most. */
  readonly backlogSeconds: number
  /** Of 16 MB each, made beforehand: more than any run writes between two checkpoints. */
  readonly logSegments: number
}

/** Reads the command line. @throws CommanderError, after it has printed what is wrong. */
export function readOptions(argv: readonly string[]): BenchOptions {
  return new Command('npm run bench --')
    .description('Measures the pipeline on this machine, beside the ordinary ways of doing the same.')
    .usage('[options]')
    .option('--only <scenarios>', 'which to run, by letter or name, as in a,drain-mix', scenariosOption)
    .option('--all', 'the long ones, too')
    .option('--alone', 'leave out what the pipeline is compared with: for before and after a change')
    .option('--connections <list>', 'of ingest, as in 1,64 (default: 1,16,64,256)', wholesOption)
    .option(
      '--seconds <n>',
      'length of each load (default: 10 in ingest, 20 in latency, 60 where it must last)',
      wholeOption,
    )
    .option('--events <n>', 'how many are drained, stored before or waiting (default: as below)', wholeOption)
    .option('--statements', 'what each statement cost, by pg_stat_statements; all becomes a little slower')
    .option('--repeat <n>', 'run everything n times; show the median, the least and the most', wholeOption, 1)
    .option('--json <file>', 'write all figures there, too')
    .option('--quick', 'a small run that shows that everything works; too short to judge by')
    .option('--assert', 'exit with 1 when a target is missed')
    .addHelpText(
      'after',
      `
Scenarios:
${scenarios.map(scenarioLine).join('\n')}
  * long: only with --all, or by name

Runs on a PostgreSQL of its own in a temporary folder, or on BENCH_DATABASE_URL, where it makes databases
named openphone_bench_… and drops them again.`,
    )
    .exitOverride()
    .parse(argv)
    .opts<BenchOptions>()
}

function scenarioLine({ letter, name, about, isLong }: Scenario): string {
  return `  ${letter} ${name.padEnd(15)}${isLong ? '*' : ' '} ${about}`
}

/** Those that were asked for, in their own order. */
export function scenariosFor({ only, all }: BenchOptions): readonly Scenario[] {
  return only ?? scenarios.filter(({ isLong }) => all || !isLong)
}

export function sizesFor({ quick, seconds, events, connections }: BenchOptions): Sizes {
  const backlogEvents = events ?? (quick ? 6_000 : 1_000_000)
  return {
    connections: connections ?? (quick ? [64] : [1, 16, 64, 256]),
    warmupSeconds: quick ? 0.5 : 2,
    ingestSeconds: seconds ?? (quick ? 1 : 10),
    turns: quick ? 1 : 3,
    latencySeconds: seconds ?? (quick ? 2 : 20),
    latencyRates: quick ? [200] : [50, 200, 500, 2_000],
    decaySeconds: seconds ?? (quick ? 3 : 60),
    decayRate: 1_000,
    sustainedSeconds: seconds ?? (quick ? 3 : 60),
    sustainedRate: quick ? 500 : 5_100,
    drainEvents: events ?? (quick ? 3_000 : 100_000),
    topicsEvents: events ?? (quick ? 3_000 : 30_000),
    slowDrainEvents: quick ? 1_000 : 10_000,
    storedEvents: events ?? (quick ? 20_000 : 5_000_000),
    memoryEvents: events ?? (quick ? 4_000 : 1_000_000),
    backlogEvents,
    smallBacklogEvents: Math.ceil(backlogEvents / 10),
    backlogSeconds: seconds ?? (quick ? 3 : 60),
    logSegments: quick ? 8 : 40,
  }
}

function scenariosOption(text: string): readonly Scenario[] {
  const asked = text.split(',').map((part) => part.trim())
  const isAsked = ({ letter, name }: Scenario) => asked.includes(letter) || asked.includes(name)
  const isKnown = (part: string) => scenarios.some(({ letter, name }) => part === letter || part === name)
  if (!asked.every(isKnown)) {
    throw new InvalidArgumentError(`Choose of ${scenarios.map(({ name }) => name).join(', ')}.`)
  }
  return scenarios.filter(isAsked)
}

function wholesOption(text: string): readonly number[] {
  return text.split(',').map((part) => wholeOption(part.trim()))
}

function wholeOption(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return value
}
