import { rm, writeFile } from 'node:fs/promises'
import { CommanderError } from 'commander'
import { StartupError } from '../../src/errors.ts'
import type { Bench } from './bench.ts'
import { busyCores } from './busy-cores.ts'
import { makeTemporaryFolder } from './disk.ts'
import { describeEnvironment } from './environment.ts'
import { exitCodes } from './exit-codes.ts'
import type { Figures } from './figures.ts'
import { type Measurement, summarise } from './measurement.ts'
import { type BenchOptions, readOptions, scenariosFor, sizesFor } from './options.ts'
import { openPostgres } from './postgres.ts'
import { Processes } from './processes.ts'
import { reportText } from './report.ts'
import { stopSignal } from './stop-signal.ts'
import { judge } from './targets.ts'

/** With more of the machine taken by others, its figures are about them too. */
const BUSY_CORES_MAX = 0.2

function busyNote(busy: readonly number[]): string {
  const cores = busy.map((value) => value.toFixed(1)).join(', ')
  return `before each scenario other programs kept ${cores} cores busy. The figures are too low, and the ratios are not to be trusted.`
}

function sizeNotes({ quick, seconds, events }: BenchOptions): string[] {
  if (quick) return ['a quick run: too short to judge by.']
  const isOther = seconds !== undefined || events !== undefined
  return isOther ? ['a run of other sizes than those that the targets are about.'] : []
}

/** Runs the benchmark and prints the results. Resolves with the exit code. */
async function run(options: BenchOptions, signal: AbortSignal): Promise<number> {
  const at = new Date().toISOString()
  const started = performance.now()
  const progress = (text: string) => {
    const seconds = Math.round((performance.now() - started) / 1000)
    console.error(`${String(seconds).padStart(4)} s  ${text}`)
  }
  const processes = new Processes()
  signal.addEventListener('abort', () => void processes.killAll())
  const folder = await makeTemporaryFolder()
  const closers = [() => rm(folder.path, { recursive: true, force: true })]
  try {
    const sizes = sizesFor(options)
    const givenUrl = process.env.BENCH_DATABASE_URL
    const { alone = false, statements = false } = options
    const postgres = await openPostgres(folder, { givenUrl, logSegments: sizes.logSegments, statements })
    closers.push(postgres.close, () => processes.killAll())
    const environment = describeEnvironment(folder, postgres)
    const notes = sizeNotes(options)
    const note = (text: string) => void notes.push(text)
    const measurements: Measurement[] = []
    const busy: number[] = []
    for (let repetition = 0; repetition < options.repeat; repetition += 1) {
      const bench: Bench = {
        ...{ sizes, repetition, alone, statements, postgres, processes, signal, progress, note },
        folder: folder.path,
      }
      for (const scenario of scenariosFor(options)) {
        busy.push(await busyCores())
        measurements.push(...(await scenario.run(bench)))
      }
    }
    if (Math.max(...busy) > BUSY_CORES_MAX) notes.push(busyNote(busy))
    const results = summarise(measurements)
    const verdicts = judge(results)
    console.log(reportText(environment, results, verdicts, notes))
    if (options.json !== undefined) {
      const all: Figures = {
        at,
        environment,
        busyCoresBefore: busy,
        sizes,
        repeat: options.repeat,
        results,
        targets: verdicts,
        notes,
      }
      await writeFile(options.json, `${JSON.stringify(all, null, 2)}\n`)
    }
    const isMissed = verdicts.some(({ isMet }) => !isMet)
    return options.assert && isMissed ? exitCodes.failed : exitCodes.done
  } finally {
    for (const closer of closers.reverse()) {
      await closer().catch((error: unknown) => console.error('While tidying up:', error))
    }
  }
}

const signal = stopSignal()
let exitCode: number = exitCodes.failed
try {
  exitCode = await run(readOptions(process.argv), signal)
} catch (error) {
  if (signal.aborted) exitCode = exitCodes.interrupted
  // Commander has printed its message, or the help that was asked for.
  else if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  else console.error(error instanceof StartupError ? error.message : error)
}
// Explicit: nothing of a run that broke off may keep the process.
process.exit(exitCode)
