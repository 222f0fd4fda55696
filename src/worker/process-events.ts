import type { Kysely } from 'kysely'
import { PermanentError } from '../errors.ts'
import { applyUpdates, type Registry } from '../events/registry.ts'
import type { Database } from '../tables/database.ts'
import { findEvents, markDone } from '../tables/webhook-event.ts'
import type { ObjectUpdate, OpenPhoneEvent } from '../vocabulary/updates.ts'
import type { Publish, PublishedEvent } from './publish.ts'

/** What an attempt made of one event. */
export type Outcome =
  | { readonly status: 'processed' | 'ignored'; readonly lagSeconds: number }
  /** Done before, by another job of the same event. */
  | { readonly status: 'skipped' }
  /** Its row is not there any more: retention removed it. */
  | { readonly status: 'gone' }
  | { readonly status: 'failed'; readonly error: unknown }

/** What events are processed with. */
export interface ProcessContext {
  readonly db: Kysely<Database>
  readonly registry: Registry
  readonly publish: Publish
}

/**
 * Runs a batch of events in one transaction: their effects and their status commit together or not at
 * all. An event that cannot be translated fails alone; an error of the database fails the batch.
 * @throws whatever the database threw; nothing was written then.
 */
export function processEvents(
  { db, registry, publish }: ProcessContext,
  ids: readonly string[],
): Promise<Map<string, Outcome>> {
  return db.transaction().execute(async (trx) => {
    const outcomes = new Map<string, Outcome>(ids.map((id) => [id, { status: 'gone' }]))
    const processed: PublishedEvent[] = []
    const ignored: string[] = []
    const updates: ObjectUpdate[] = []
    for (const { status, ...event } of await findEvents(trx, ids)) {
      const translate = registry.translators.get(event.type)
      if (status === 'processed' || status === 'ignored') {
        outcomes.set(event.id, { status: 'skipped' })
      } else if (translate === undefined) {
        ignored.push(event.id)
      } else {
        try {
          // The envelope's form was checked before the event was stored.
          const own = translate(event as OpenPhoneEvent)
          updates.push(...own)
          const objects = own.map(({ kind, id }) => ({ table: kind, id }))
          processed.push({ eventId: event.id, type: event.type, objects })
        } catch (error) {
          if (!(error instanceof PermanentError)) throw error
          outcomes.set(event.id, { status: 'failed', error })
        }
      }
    }
    await applyUpdates(registry, trx, updates)
    if (processed.length > 0) await publish(trx, processed)
    const done = [
      { status: 'processed', ids: processed.map((event) => event.eventId) },
      { status: 'ignored', ids: ignored },
    ] as const
    for (const { status, ids } of done) {
      for (const { id, lagSeconds } of await markDone(trx, status, ids))
        outcomes.set(id, { status, lagSeconds })
    }
    return outcomes
  })
}
