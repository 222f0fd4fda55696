import { Command, InvalidArgumentError, Option } from 'commander'

/** The scenarios by letter, with what each is about. */
export const scenarioTitles = {
  a: 'ingest at 1, 64 and 256 connections',
  b: 'drain of waiting messages',
  c: 'latency from accepted to processed',
  d: 'a steady load on a new database: no decay',
  e: 'drain of a realistic mix',
} as const

export type Letter = keyof typeof scenarioTitles

/** The options as typed; absent where they were not. */
export interface BenchOptions {
  readonly only: readonly Letter[]
  readonly seconds?: number
  readonly events?: number
  readonly repeat: number
  readonly json?: string
  readonly quick?: boolean
  readonly assert?: boolean
}

/** How much of everything is measured. */
export interface Sizes {
  readonly connections: readonly number[]
  /** Before the measured seconds of every load: compilers and caches warm up. */
  readonly warmupSeconds: number
  readonly ingestSeconds: number
  readonly latencySeconds: number
  readonly latencyRates: readonly number[]
  readonly decaySeconds: number
  readonly decayRate: number
  readonly drainEvents: number
  /** For the drain with a transaction per event: fewer, for it takes several times as long. */
  readonly slowDrainEvents: number
  /** Of 16 MB each, made beforehand: more than any run writes between two checkpoints. */
  readonly logSegments: number
}

/** Reads the command line. @throws CommanderError, after it has printed what is wrong. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const titles = Object.entries(scenarioTitles).map(([letter, title]) => `  ${letter}  ${title}`)
  return new Command('npm run bench --')
    .description('Measures the pipeline on this machine, beside the ordinary ways of doing the same.')
    .usage('[options]')
    .addOption(
      new Option('--only <letters>', 'scenarios to run, as in a,b')
        .argParser(lettersOption)
        .default(allLetters, 'all'),
    )
    .option('--seconds <n>', 'length of each load (default: 10 in a, 20 in c, 60 in d)', wholeOption)
    .option('--events <n>', 'events to drain in b and e (default: 30000)', wholeOption)
    .option('--repeat <n>', 'run everything n times; show the median, the least and the most', wholeOption, 1)
    .option('--json <file>', 'write all figures there, too')
    .option('--quick', 'a small run that shows that everything works; too short to judge by')
    .option('--assert', 'exit with 1 when a target is missed')
    .addHelpText(
      'after',
      `
Scenarios:
${titles.join('\n')}

Runs on a PostgreSQL of its own in a temporary folder, or on BENCH_DATABASE_URL, where it makes databases
named openphone_bench_… and drops them again.`,
    )
    .exitOverride()
    .parse(argv)
    .opts<BenchOptions>()
}

export function sizesFor({ quick, seconds, events }: BenchOptions): Sizes {
  const drainEvents = events ?? (quick ? 3_000 : 30_000)
  return {
    connections: quick ? [64] : [1, 64, 256],
    warmupSeconds: quick ? 0.5 : 2,
    ingestSeconds: seconds ?? (quick ? 1 : 10),
    latencySeconds: seconds ?? (quick ? 2 : 20),
    latencyRates: quick ? [200] : [200, 500],
    decaySeconds: seconds ?? (quick ? 3 : 60),
    decayRate: 1_000,
    drainEvents,
    slowDrainEvents: Math.ceil(drainEvents / 3),
    logSegments: quick ? 8 : 40,
  }
}

// The keys of an object literal are its letters, which the type of Object.keys does not say.
const allLetters = Object.keys(scenarioTitles) as readonly Letter[]

function lettersOption(text: string): readonly Letter[] {
  const asked = text.split(',').map((part) => part.trim())
  const unknown = asked.find((letter) => !Object.hasOwn(scenarioTitles, letter))
  if (unknown !== undefined) throw new InvalidArgumentError(`Choose of ${allLetters.join(', ')}.`)
  return allLetters.filter((letter) => asked.includes(letter))
}

function wholeOption(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return value
}
