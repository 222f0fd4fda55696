import { type Kysely, type RawBuilder, sql } from 'kysely'
import { PermanentError } from '../errors.ts'
import { effectsOf, type Registry } from '../events/registry.ts'
import type { Database } from '../tables/database.ts'
import { type DoneEvent, markDone } from '../tables/webhook-event.ts'
import type { ObjectUpdate, OpenPhoneEvent } from '../vocabulary/updates.ts'
import { type Publication, type Publish, subscriptions } from './publish.ts'

/** What an attempt made of one event. */
export type Outcome =
  | { readonly status: 'processed' | 'ignored'; readonly lagSeconds: number }
  /** Done before, or at the same time, by another attempt at the same event. */
  | { readonly status: 'skipped' }
  /** Its row is not there any more: retention removed it. */
  | { readonly status: 'gone' }
  | { readonly status: 'failed'; readonly error: unknown }

/** What events are processed with. */
export interface ProcessContext {
  readonly db: Kysely<Database>
  readonly registry: Registry
  readonly publish: Publish
  /** A statement that settles the events' jobs together with them. None: whoever fetched the jobs settles them. */
  readonly settleJobs?: (eventIds: readonly string[]) => RawBuilder<unknown>
}

/** What a batch of events comes to, before any of it is written. */
interface Batch {
  /** Of each id: `gone` until it is known better, which of the done events is only when they are written. */
  readonly outcomes: Map<string, Outcome>
  readonly done: ReadonlyMap<string, DoneEvent>
  /** The statements that write what the done events say. */
  readonly effects: readonly RawBuilder<unknown>[]
  readonly publications: readonly Publication[]
}

/**
 * Runs a batch of events in one transaction: their effects and their status commit together or not at
 * all. An event that cannot be translated fails alone; an error of the database fails the batch. Two attempts at
 * one event, as after a crash that took back who had fetched its job, publish it once.
 * @throws whatever the database threw; nothing was written then.
 */
export async function processEvents(
  { db, registry, publish, settleJobs }: ProcessContext,
  ids: readonly string[],
): Promise<Map<string, Outcome>> {
  const { outcomes, done, effects, publications } = translate(registry, ids, await findEvents(db, ids))
  const write = (executor: Kysely<Database>) =>
    markDone(executor, [...done.values()], effects, settleJobs?.([...done.keys()]))
  const rows =
    publications.length === 0
      ? await write(db)
      : await db.transaction().execute(async (trx) => {
          const written = await write(trx)
          const own = new Set(written.map(({ id }) => id))
          const ownPublications = publications.filter(({ event }) => own.has(event.eventId))
          if (ownPublications.length > 0) await publish(trx, ownPublications)
          return written
        })
  for (const id of done.keys()) outcomes.set(id, { status: 'skipped' })
  for (const { id, lagSeconds } of rows) {
    const event = done.get(id)
    if (event !== undefined) outcomes.set(id, { status: event.status, lagSeconds })
  }
  return outcomes
}

/**
 * A function of its own, so that all it reads and makes on the way is garbage before the batch is written: what is
 * held while the database works, the collector moves several times.
 */
function translate(registry: Registry, ids: readonly string[], events: readonly FoundEvent[]): Batch {
  const outcomes = new Map<string, Outcome>(ids.map((id) => [id, { status: 'gone' }]))
  const done = new Map<string, DoneEvent>()
  const updates: ObjectUpdate[] = []
  const publications: Publication[] = []
  for (const { status, queues, ...event } of events) {
    const { id, type } = event
    const translator = registry.translators.get(type)
    if (status === 'processed' || status === 'ignored') {
      outcomes.set(id, { status: 'skipped' })
    } else if (translator === undefined) {
      done.set(id, { id, status: 'ignored' })
    } else {
      try {
        // The envelope's form was checked before the event was stored.
        const own = translator(event as OpenPhoneEvent)
        done.set(id, { id, status: 'processed' })
        updates.push(...own)
        if (queues !== null) {
          const objects = own.map((update) => ({ table: update.kind, id: update.id }))
          publications.push({ event: { eventId: id, type, objects }, queues })
        }
      } catch (error) {
        if (!(error instanceof PermanentError)) throw error
        outcomes.set(id, { status: 'failed', error })
      }
    }
  }
  return { outcomes, done, effects: effectsOf(registry, updates), publications }
}

type FoundEvent = Awaited<ReturnType<typeof findEvents>>[number]

/** The events of these ids that are there, each with the queues that want to hear of it, or null for none. */
function findEvents(db: Kysely<Database>, ids: readonly string[]) {
  return db
    .selectFrom('webhook_event')
    .leftJoin(subscriptions.as('subscribed'), 'subscribed.type', 'webhook_event.type')
    .select([
      'id',
      'webhook_event.type',
      'api_version as apiVersion',
      'occurred_at as occurredAt',
      'payload',
      'status',
    ])
    .select('queues')
    .where('id', '=', sql<string>`any (${ids}::uuid[])`)
    .execute()
}
