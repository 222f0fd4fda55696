import { application } from '../application.ts'
import type { Bench } from '../bench.ts'
import { messageBodies } from '../events/messages.ts'
import { mixedBodies } from '../events/mix.ts'
import type { Measurement } from '../measurement.ts'
import { runDrain } from './drain-run.ts'
import type { Scenario } from './scenario.ts'

const transactionPerEvent = new URL('../contenders/transaction-per-event.ts', import.meta.url)

export const drainMessages: Scenario = {
  letter: 'b',
  name: 'drain-messages',
  about: 'drain of 100,000 waiting messages, beside a worker with a transaction per event',
  run: (bench) =>
    drain(bench, { table: 'b. Drain of messages', events: bench.sizes.drainEvents, bodies: messageBodies }),
}

/** Messages, calls with all that follows them, contacts and tasks. */
export const drainMix: Scenario = {
  letter: 'e',
  name: 'drain-mix',
  about: 'the same with events of a realistic mix',
  run: (bench) =>
    drain(bench, { table: 'e. Drain of a mix', events: bench.sizes.drainEvents, bodies: mixedBodies }),
}

interface Drain {
  readonly table: string
  readonly events: number
  readonly bodies: (count: number) => Iterable<Buffer>
}

/** The worker, and the ordinary one with a transaction per event; they take turns in being first. */
async function drain(bench: Bench, { table, events, bodies }: Drain): Promise<Measurement[]> {
  const slowEvents = Math.min(events, bench.sizes.slowDrainEvents)
  const worker = { table, label: 'worker', script: application, events }
  const ordinary = { table, label: 'transaction per event', script: transactionPerEvent, events: slowEvents }
  if (bench.alone) return runDrain(bench, { ...worker, bodies: bodies(events) })
  const measurements: Measurement[] = []
  for (const run of bench.repetition % 2 === 0 ? [worker, ordinary] : [ordinary, worker]) {
    measurements.push(...(await runDrain(bench, { ...run, bodies: bodies(run.events) })))
  }
  const rateOf = (label: string) =>
    measurements.find((measurement) => measurement.label === label)?.figures['per second'] ?? Number.NaN
  const ratio = rateOf(worker.label) / rateOf(ordinary.label)
  const label = `${worker.label} / ${ordinary.label}`
  return [...measurements, { table: `${table}, compared`, label, figures: { 'per second, ratio': ratio } }]
}
