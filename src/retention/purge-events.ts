import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Database } from '../tables/database.ts'
import { MINIMUM_AGE_SECONDS } from './minimum-age.ts'

/** Rows looked at by one statement, which is a transaction of its own. */
const BATCH = 5_000

const FIRST_UUID = '00000000-0000-0000-0000-000000000000'

export interface PurgeOptions {
  /** By arrival. */
  readonly olderThanSeconds: number
  /** Ends it early, between two batches. */
  readonly signal?: AbortSignal | undefined
  /** Told after each batch how many are removed so far. */
  readonly onBatch?: ((removed: number) => void) | undefined
}

/**
 * Removes processed and ignored events older than given, and than 28 hours, in small batches. Failed ones
 * and those not processed yet stay, however old. The rows that events turned into stay too.
 * @returns how many were removed.
 */
export async function purgeEvents(
  db: Kysely<Database>,
  { olderThanSeconds, signal, onBatch }: PurgeOptions,
): Promise<number> {
  // Fixed once, so that the walk has an end.
  const cutoff = await readCutoff(db, olderThanSeconds)
  let removed = 0
  let after: string | undefined = FIRST_UUID
  while (after !== undefined && !signal?.aborted) {
    const edge: string | undefined = await batchEdge(db, after, cutoff)
    const upTo = edge === undefined ? sql<SqlBool>`true` : sql<SqlBool>`id <= ${edge}::uuid`
    const { numAffectedRows } = await sql`
      delete from openphone.webhook_event
      where id > ${after}::uuid and ${upTo} and ${isOld(cutoff)}
    `.execute(db)
    removed += Number(numAffectedRows ?? 0)
    onBatch?.(removed)
    after = edge
  }
  return removed
}

/** How many events `purgeEvents` would remove. */
export async function countPurgeable(db: Kysely<Database>, olderThanSeconds: number): Promise<number> {
  const cutoff = await readCutoff(db, olderThanSeconds)
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from openphone.webhook_event where ${isOld(cutoff)}
  `.execute(db)
  return rows[0]?.count ?? 0
}

async function readCutoff(db: Kysely<Database>, olderThanSeconds: number): Promise<Date> {
  const seconds = Math.max(olderThanSeconds, MINIMUM_AGE_SECONDS)
  const { rows } = await sql<{ cutoff: Date }>`
    select now() - ${seconds}::float8 * interval '1 second' as cutoff
  `.execute(db)
  if (rows[0] === undefined) throw new Error('The database does not tell the time')
  return rows[0].cutoff
}

/** Ids are in the order of arrival by the receiver's clock; the time of arrival itself is the database's. */
function isOld(cutoff: Date): RawBuilder<SqlBool> {
  return sql<SqlBool>`id < openphone.uuid_floor(${cutoff}) and received_at < ${cutoff}
    and status in ('processed', 'ignored')`
}

/** The last id of the next batch; undefined when it is the last batch. */
async function batchEdge(db: Kysely<Database>, after: string, cutoff: Date): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from openphone.webhook_event
    where id > ${after}::uuid and id < openphone.uuid_floor(${cutoff})
    order by id
    offset ${BATCH - 1} limit 1
  `.execute(db)
  return rows[0]?.id
}
