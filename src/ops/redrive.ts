import { type Kysely, sql, type Transaction } from 'kysely'
import { fromKysely, type PgBoss } from 'pg-boss'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../queue/names.ts'
import type { Database } from '../tables/database.ts'
import { lockEvents, setReceived } from './replay-events.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { takeOverJobs } from './take-over-jobs.ts'

/** Dead letters of one transaction. */
const BATCH = 1_000

export interface RedriveOptions {
  /** Most dead letters to see to; all when absent. The oldest come first. */
  readonly limit?: number | undefined
  /** Ends it early, between two batches. */
  readonly signal?: AbortSignal | undefined
  /** Told after each batch. */
  readonly onBatch?: ((soFar: Redriven) => void) | undefined
}

/** What a redrive did, in dead letters. */
export interface Redriven {
  /** Moved back to the events queue; their events are `received` again. */
  readonly moved: number
  /** Removed because nothing is left to do for them: their event is done, waits already, or is gone. */
  readonly settled: number
}

/**
 * Moves dead letters back to the queue they came from, by pg-boss's own `redrive`, and sets their events back
 * to `received` in the same transaction. Those that arrive meanwhile stay.
 * @param boss started.
 */
export async function redriveDeadLetters(
  db: Kysely<Database>,
  boss: PgBoss,
  { limit = Number.POSITIVE_INFINITY, signal, onBatch }: RedriveOptions = {},
): Promise<Redriven> {
  const { rows } = await sql<{ now: string }>`select now()::text as now`.execute(db)
  const before = rows[0]?.now ?? ''
  let done: Redriven = { moved: 0, settled: 0 }
  while (done.moved + done.settled < limit && !signal?.aborted) {
    const size = Math.min(BATCH, limit - done.moved - done.settled)
    const batch = await retryConflicts(() =>
      db.transaction().execute((trx) => redriveBatch(trx, boss, before, size)),
    )
    if (batch === undefined) break
    done = { moved: done.moved + batch.moved, settled: done.settled + batch.settled }
    onBatch?.(done)
  }
  return done
}

interface Letter {
  readonly id: string
  readonly eventId: string
}

/** @returns undefined when no dead letter is left. */
async function redriveBatch(
  trx: Transaction<Database>,
  boss: PgBoss,
  before: string,
  size: number,
): Promise<Redriven | undefined> {
  const { rows: seen } = await sql<Letter>`
    select id, source_root_id as "eventId" from pgboss.job
    where name = ${DEAD_QUEUE} and source_name = ${EVENTS_QUEUE} and source_root_id is not null
      and state in ('created', 'retry') and created_on < ${before}::timestamptz
    order by created_on
    limit ${size}
  `.execute(trx)
  if (seen.length === 0) return undefined

  const eventIds = await lockEvents(
    trx,
    seen.map(({ eventId }) => eventId),
  )
  const waiting = await takeOverJobs(trx, eventIds)
  // Somebody else may have taken some of them while the events' locks were waited for.
  const letters = await lockLetters(trx, seen)
  const unfinished = await unfinishedEvents(trx, eventIds)
  const moving = new Map<string, string>()
  for (const { id, eventId } of letters) {
    if (unfinished.has(eventId) && !waiting.has(eventId)) moving.set(eventId, id)
  }
  const ids = [...moving.values()]
  const moved =
    ids.length === 0
      ? 0
      : await boss.redrive(DEAD_QUEUE, {
          db: fromKysely(trx),
          ids,
          sourceName: EVENTS_QUEUE,
          limit: ids.length,
        })
  if (moved !== ids.length) throw new Error(`pg-boss moved ${moved} dead letters of ${ids.length}`)
  await setReceived(trx, [...moving.keys()])
  await sql`
    delete from pgboss.job
    where name = ${DEAD_QUEUE} and id = any (${letters.map(({ id }) => id)}::uuid[])
  `.execute(trx)
  return { moved, settled: letters.length - moved }
}

async function lockLetters(trx: Transaction<Database>, seen: readonly Letter[]): Promise<Letter[]> {
  const { rows } = await sql<Letter>`
    select id, source_root_id as "eventId" from pgboss.job
    where name = ${DEAD_QUEUE} and id = any (${seen.map(({ id }) => id)}::uuid[])
      and state in ('created', 'retry')
    order by created_on
    for update
  `.execute(trx)
  return rows
}

async function unfinishedEvents(trx: Transaction<Database>, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from openphone.webhook_event
    where id = any (${ids}::uuid[]) and status in ('received', 'failed')
  `.execute(trx)
  return new Set(rows.map(({ id }) => id))
}
