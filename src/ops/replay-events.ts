import { type Kysely, sql, type Transaction } from 'kysely'
import { insertEventJobs } from '../queue/event-jobs.ts'
import { DEAD_QUEUE } from '../queue/names.ts'
import { notifyWorkers } from '../queue/notifications.ts'
import type { Database } from '../tables/database.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { takeOverJobs } from './take-over-jobs.ts'

/** Events of one transaction. */
export const REPLAY_BATCH = 1_000

export interface ReplayOptions {
  /** Whether the database has LISTEN/NOTIFY, so that workers are told at once. */
  readonly notify: boolean
  /** Ends it early, between two batches. */
  readonly signal?: AbortSignal | undefined
  /** Told after each batch. */
  readonly onBatch?: ((soFar: Replayed) => void) | undefined
}

/** What a replay did, in events. */
export interface Replayed {
  /** Set back to `received`, and with a job that waits. */
  readonly replayed: number
  /** Of those, how many had a waiting job already, which is due now. */
  readonly alreadyWaiting: number
  /** Not there any more. */
  readonly missing: number
}

export const nothingReplayed: Replayed = { replayed: 0, alreadyWaiting: 0, missing: 0 }

/**
 * Sets events back to `received`, whatever their status, removes their dead letters, and gives each a job
 * unless one waits. Safe at any time and any number of times, while workers run, for an event that is being
 * processed: it is tried once more after this, and at most one of its jobs waits. The last error stays until
 * another takes its place.
 */
export async function replayEvents(
  db: Kysely<Database>,
  ids: Iterable<string>,
  { notify, signal, onBatch }: ReplayOptions,
): Promise<Replayed> {
  const distinct = [...new Set(ids)]
  let done = nothingReplayed
  for (let start = 0; start < distinct.length && !signal?.aborted; start += REPLAY_BATCH) {
    const batch = distinct.slice(start, start + REPLAY_BATCH)
    const replayed = await retryConflicts(() =>
      db.transaction().execute((trx) => replayBatch(trx, batch, notify)),
    )
    done = addReplayed(done, replayed)
    onBatch?.(done)
  }
  return done
}

export function addReplayed(a: Replayed, b: Replayed): Replayed {
  return {
    replayed: a.replayed + b.replayed,
    alreadyWaiting: a.alreadyWaiting + b.alreadyWaiting,
    missing: a.missing + b.missing,
  }
}

async function replayBatch(
  trx: Transaction<Database>,
  wanted: readonly string[],
  notify: boolean,
): Promise<Replayed> {
  const ids = await lockEvents(trx, wanted)
  const waiting = await takeOverJobs(trx, ids)
  await sql`
    delete from pgboss.job where name = ${DEAD_QUEUE} and source_root_id = any (${ids}::uuid[])
  `.execute(trx)
  await setReceived(trx, ids)
  await insertJobs(
    trx,
    ids.filter((id) => !waiting.has(id)),
  )
  if (notify && ids.length > 0) await sql`select ${sql.raw(notifyWorkers)}`.execute(trx)
  return { replayed: ids.length, alreadyWaiting: waiting.size, missing: wanted.length - ids.length }
}

/**
 * Locks events, so that nobody else adds jobs to them and no attempt at them commits until the transaction
 * ends. In the order of their ids, so that two who lock the same ones cannot deadlock.
 * @returns the ids of those that are there.
 */
export async function lockEvents(trx: Transaction<Database>, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from openphone.webhook_event where id = any (${ids}::uuid[]) order by id for update
  `.execute(trx)
  return rows.map(({ id }) => id)
}

/** As if they had just arrived, but for the last error. */
export async function setReceived(trx: Transaction<Database>, ids: readonly string[]): Promise<void> {
  await sql`
    update openphone.webhook_event
    set status = 'received', attempts = 0, processed_at = null, failed_at = null
    where id = any (${ids}::uuid[])
  `.execute(trx)
}

async function insertJobs(trx: Transaction<Database>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    with event as (select id, type from openphone.webhook_event where id = any (${ids}::uuid[]))
    ${sql.raw(insertEventJobs({ jobId: 'gen_random_uuid()', rootId: 'event.id' }))}
  `.execute(trx)
}
