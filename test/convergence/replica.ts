import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { Test } from 'tap'
import { keepPlans } from '../../src/db/keep-plans.ts'
import { PermanentError } from '../../src/errors.ts'
import { registry } from '../../src/events/index.ts'
import { storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import { createBoss } from '../../src/queue/boss.ts'
import { createDatabase, type Database } from '../../src/tables/database.ts'
import { type Delivery, toDelivery } from '../../src/webhook/delivery.ts'
import { parseEnvelope } from '../../src/webhook/envelope.ts'
import { isolate } from '../../src/worker/isolate.ts'
import { processEvents } from '../../src/worker/process-events.ts'
import { publishThrough } from '../../src/worker/publish.ts'
import { prepareTestDatabase, silentLog, testPool } from '../db/prepared.ts'

/** Every row of every projection, by table, in the order of ids. */
export type Rows = Readonly<Record<string, readonly Row[]>>
export type Row = Readonly<Record<string, unknown>> & { readonly id: string }

/**
 * A database whose events are stored by the real outbox and processed by the real worker code, one call
 * per batch: the way from HTTP to the tables, without HTTP and without waiting for the queue.
 */
export interface Replica {
  readonly url: string
  readonly pool: pg.Pool
  readonly db: Kysely<Database>
  /** Stores deliveries; resolves to the ids of their events. */
  store(deliveries: readonly Delivery[]): Promise<string[]>
  /**
   * Processes batches of events, one after the other. Events that can never be handled are left.
   * @throws what the database threw over an event.
   */
  process(...batches: readonly (readonly string[])[]): Promise<void>
  /** Makes events ready to be processed again, as a replay does. */
  reopen(ids: readonly string[]): Promise<void>
  rows(): Promise<Rows>
  /** Empties the projections; events stay, ready to be processed again. */
  forget(): Promise<void>
  /** Empties everything. */
  clear(): Promise<void>
}

const projections = ['message', 'call', 'voicemail', 'task', 'contact_number', 'contact_profile']

const emptyProjections = projections.map((table) => `delete from openphone.${table};`).join('\n')
const emptyEvents = 'delete from openphone.webhook_event; delete from pgboss.job;'
const reopenEvents = "update openphone.webhook_event set status = 'received', failed_at = null"
const selectRows = [...projections, 'contact']
  .map((table) => `select '${table}' as "table", to_jsonb(t) as row from openphone.${table} t`)
  .join('\nunion all\n')

/** @param workers how many batches may be processed at the same time. */
export async function openReplica(t: Test, workers = 2): Promise<Replica> {
  const { url } = await prepareTestDatabase(t)
  // Nothing here is about a crash, and most of the time would go into waiting for the disk.
  const settings = encodeURIComponent('-c synchronous_commit=off -c enable_seqscan=off')
  const pool = testPool(t, `${url}?options=${settings}`, workers)
  const db = createDatabase(keepPlans(pool))
  const storeDeliveries = storeDeliveriesIn(pool, { notify: false })
  // Not started: it only inserts the jobs of subscribers, of which there are none.
  const boss = createBoss({
    databaseUrl: url,
    backend: 'postgres',
    workerLoops: 0,
    migrate: false,
    log: silentLog,
  })
  const publish = publishThrough(boss, silentLog)
  return {
    url,
    pool,
    db,
    async store(deliveries) {
      const stored = await storeDeliveries(deliveries)
      return stored.map(({ eventId }) => eventId)
    },
    async process(...batches) {
      for (const ids of batches) {
        const outcomes = await isolate(ids, (some) => processEvents({ db, registry, publish }, some))
        for (const outcome of outcomes.values()) {
          // What the payload lacks is part of the history; what the database refuses is a bug.
          if (outcome.status === 'failed' && !(outcome.error instanceof PermanentError)) throw outcome.error
        }
      }
    },
    async reopen(ids) {
      await pool.query(`${reopenEvents} where id = any ($1::uuid[])`, [ids])
    },
    async rows() {
      const { rows } = await pool.query<{ table: string; row: Row }>(
        `select * from (${selectRows}) all_rows order by "table", row->>'id' collate "C", row`,
      )
      const tables = Map.groupBy(rows, ({ table }) => table)
      return Object.fromEntries([...tables].map(([table, found]) => [table, found.map(({ row }) => row)]))
    },
    async forget() {
      await pool.query(`${emptyProjections} ${reopenEvents};`)
    },
    async clear() {
      await pool.query(`${emptyProjections} ${emptyEvents}`)
    },
  }
}

/** What the door makes of a body: the `webhook-id` tells a new delivery from a repeat. */
export function deliveryOf(body: Buffer, webhookId: string): Delivery {
  return toDelivery({ scheme: 'standard', webhookId }, parseEnvelope(body), body)
}
