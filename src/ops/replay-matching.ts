import { type Kysely, sql } from 'kysely'
import type { Database } from '../tables/database.ts'
import { type EventFilter, eventCondition } from './event-filter.ts'
import {
  addReplayed,
  nothingReplayed,
  REPLAY_BATCH,
  type Replayed,
  type ReplayOptions,
  replayEvents,
} from './replay-events.ts'

/** A filter whose end is fixed, so that what happens meanwhile is not drawn in. */
export type FixedFilter = EventFilter & { readonly until: Date }

/** Fixes a filter's end at the database's present, unless it has an earlier one. */
export async function fixFilter(db: Kysely<Database>, filter: EventFilter): Promise<FixedFilter> {
  // Up to the next millisecond, the least that a Date holds: what is there now is meant.
  const { rows } = await sql<{ now: Date }>`select now() + interval '1 ms' as now`.execute(db)
  const now = rows[0]?.now ?? new Date()
  return { ...filter, until: filter.until && filter.until < now ? filter.until : now }
}

export async function countMatching(db: Kysely<Database>, filter: EventFilter): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from openphone.webhook_event where ${eventCondition(filter)}
  `.execute(db)
  return rows[0]?.count ?? 0
}

/**
 * Replays the events that match, a batch at a time. An event that fails again meanwhile is not taken again.
 */
export async function replayMatching(
  db: Kysely<Database>,
  filter: FixedFilter,
  { onBatch, ...options }: ReplayOptions,
): Promise<Replayed> {
  let done = nothingReplayed
  for await (const ids of matchingIds(db, filter)) {
    done = addReplayed(done, await replayEvents(db, ids, options))
    onBatch?.(done)
    if (options.signal?.aborted) break
  }
  return done
}

/** The ids in batches, in the order of the index that finds them; each at most once. */
async function* matchingIds(db: Kysely<Database>, filter: FixedFilter): AsyncGenerator<string[]> {
  const isFailed = filter.status === 'failed'
  const order = sql.raw(isFailed ? 'failed_at, id' : 'id')
  let after = sql`true`
  for (;;) {
    // Times as text: a Date would lose the microseconds that set one failure apart from the next.
    const { rows } = await sql<{ id: string; failedAt: string | null }>`
      select id, failed_at::text as "failedAt"
      from openphone.webhook_event
      where ${eventCondition(filter)} and ${after}
      order by ${order}
      limit ${REPLAY_BATCH}
    `.execute(db)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map(({ id }) => id)
    if (rows.length < REPLAY_BATCH) return
    after = isFailed
      ? sql`(failed_at, id) > (${last.failedAt}::timestamptz, ${last.id}::uuid)`
      : sql`id > ${last.id}::uuid`
  }
}
