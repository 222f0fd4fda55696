import { startApplication } from '../application.ts'
import { type Bench, withDatabase } from '../bench.ts'
import { fill } from '../fill.ts'
import type { Measurement } from '../measurement.ts'
import { countBetween, Meter } from '../meter.ts'
import { checkpoint, type Database } from '../postgres.ts'
import { untilSettled } from '../settled.ts'

/** A backlog far slower than any that was measured. */
const EVENTS_PER_SECOND_MIN = 100
/** What the first seconds of a process are told by, in which V8 has yet to compile what is hot. */
const FIRST_EVENTS = 30_000

export interface DrainRun {
  readonly table: string
  readonly label: string
  readonly script: URL
  readonly events: number
  readonly bodies: Iterable<Buffer>
  /** Awaited before the worker starts. */
  readonly prepare?: (database: Database) => Promise<void>
}

/** Events wait on a new database; a worker comes and takes them. */
export function runDrain(bench: Bench, run: DrainRun): Promise<Measurement[]> {
  const { table, label, script, events, bodies, prepare } = run
  const letter = table.slice(0, 1)
  return withDatabase(bench, async (database) => {
    bench.progress(`${letter}  storing ${events} events`)
    await fill(bench, database, bodies)
    await prepare?.(database)
    await checkpoint(database)
    bench.progress(`${letter}  ${label} drains them`)
    const worker = await startApplication(bench, script, { databaseUrl: database.url, role: 'worker' })
    const meter = await Meter.start(bench, database, [worker])
    await untilSettled(bench, database, 30 + events / EVENTS_PER_SECOND_MIN)
    const spent = await meter.stop()
    await worker.stop()
    const { processed, seconds, firstSeconds } = await timeTaken(database)
    const perSecond = processed / seconds
    bench.progress(`   ${Math.round(perSecond)}/s`)
    const figures = {
      'per second': perSecond,
      ...(firstSeconds !== null && { 'per second of the first 30,000': FIRST_EVENTS / firstSeconds }),
      events,
      'not processed': events - processed,
    }
    const metered = await countBetween(database, 'processed_at', spent)
    return [{ table, label, figures }, ...(await meter.rows(table, label, spent, metered))]
  })
}

interface TimeTaken {
  readonly processed: number
  readonly seconds: number
  /** Of the first 30,000; null when there are fewer. */
  readonly firstSeconds: number | null
}

/** By the database's own clock: from when the first job was fetched until the last was settled. */
async function timeTaken({ pool }: Database): Promise<TimeTaken> {
  const { rows } = await pool.query<TimeTaken>(
    `select
      count(*) filter (where event.status = 'processed')::int as processed,
      extract(epoch from greatest(max(event.processed_at), max(job.completed_on)) - min(job.started_on))::float8 as seconds,
      extract(epoch from
        (select processed_at from openphone.webhook_event order by processed_at offset $1 - 1 limit 1)
        - min(job.started_on))::float8 as "firstSeconds"
    from openphone.webhook_event as event join pgboss.job using (id)`,
    [FIRST_EVENTS],
  )
  return rows[0] ?? { processed: 0, seconds: Number.NaN, firstSeconds: null }
}
