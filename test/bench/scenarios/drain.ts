import { application, startApplication } from '../application.ts'
import { type Bench, withDatabase } from '../bench.ts'
import { messageBodies } from '../events/messages.ts'
import { mixedBodies } from '../events/mix.ts'
import { fill } from '../fill.ts'
import type { Measurement } from '../measurement.ts'
import { checkpoint, type Database } from '../postgres.ts'
import { untilSettled } from '../settled.ts'
import type { Scenario } from './scenario.ts'

const MESSAGES = 'b. Drain of waiting messages'
const MIX = 'e. Drain of a realistic mix'

const transactionPerEvent = new URL('../contenders/transaction-per-event.ts', import.meta.url)

/** A backlog far slower than any that was measured. */
const EVENTS_PER_SECOND_MIN = 100

/** Messages that waited before the worker came; the worker, and the ordinary one with a transaction per event. */
export const drainMessages: Scenario = async (bench) => {
  const { drainEvents, slowDrainEvents } = bench.sizes
  const worker = { table: MESSAGES, label: 'worker', script: application, events: drainEvents }
  const ordinary = {
    table: MESSAGES,
    label: 'transaction per event',
    script: transactionPerEvent,
    events: slowDrainEvents,
  }
  const inTurn = bench.repetition % 2 === 0 ? [worker, ordinary] : [ordinary, worker]
  const measurements: Measurement[] = []
  for (const run of inTurn) measurements.push(await drain(bench, run, messageBodies(run.events)))
  const rateOf = (label: string) =>
    measurements.find((measurement) => measurement.label === label)?.figures['per second'] ?? Number.NaN
  const ratio = rateOf('worker') / rateOf('transaction per event')
  const label = 'worker / transaction per event'
  return [...measurements, { table: 'b. Drain, compared', label, figures: { 'per second, ratio': ratio } }]
}

/** Messages, calls with all that follows them, contacts and tasks. */
export const drainMix: Scenario = async (bench) => {
  const events = bench.sizes.drainEvents
  return [
    await drain(bench, { table: MIX, label: 'worker', script: application, events }, mixedBodies(events)),
  ]
}

interface Run {
  readonly table: string
  readonly label: string
  readonly script: URL
  readonly events: number
}

function drain(
  bench: Bench,
  { table, label, script, events }: Run,
  bodies: Iterable<Buffer>,
): Promise<Measurement> {
  const letter = table.slice(0, 1)
  return withDatabase(bench, async (database) => {
    bench.progress(`${letter}  storing ${events} events`)
    await fill(bench, database, bodies)
    await checkpoint(database)
    bench.progress(`${letter}  ${label} drains them`)
    const worker = await startApplication(bench, script, { databaseUrl: database.url, role: 'worker' })
    await untilSettled(bench, database, 30 + events / EVENTS_PER_SECOND_MIN)
    await worker.stop()
    const { processed, seconds } = await timeTaken(database)
    const figures = { 'per second': processed / seconds, events, 'not processed': events - processed }
    return { table, label, figures }
  })
}

/** By the database's own clock: from when the first job was fetched until the last was settled. */
async function timeTaken({ pool }: Database): Promise<{ processed: number; seconds: number }> {
  const { rows } = await pool.query<{ processed: number; seconds: number }>(
    `select
      count(*) filter (where event.status = 'processed')::int as processed,
      extract(epoch from greatest(max(event.processed_at), max(job.completed_on)) - min(job.started_on))::float8 as seconds
    from openphone.webhook_event as event join pgboss.job using (id)`,
  )
  return rows[0] ?? { processed: 0, seconds: Number.NaN }
}
