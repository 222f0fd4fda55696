import type { Transaction } from 'kysely'
import type { Database } from '../tables/database.ts'
import type { ObjectUpdate, Translate } from '../vocabulary/updates.ts'

/** Writes the updates of one kind that a batch of events stands for, in the batch's transaction. */
export interface Handler<Told extends ObjectUpdate = ObjectUpdate> {
  readonly kind: Told['kind']
  apply(trx: Transaction<Database>, updates: readonly Told[]): Promise<void>
}

/**
 * What the worker knows to do: how each event type is translated, and how each kind of update is written.
 * It may hold kinds beside those of the vocabulary.
 */
export interface Registry {
  /** From event type to translator. A type that is not here is stored and ignored. */
  readonly translators: ReadonlyMap<string, Translate<ObjectUpdate>>
  /** Run in this order in every batch, so that concurrent batches lock tables in one order. */
  readonly handlers: readonly Handler[]
}

/**
 * Runs every handler once, over the updates of its kind.
 * @throws Error when a kind has no handler: its updates would be lost, and their event counted as processed.
 */
export async function applyUpdates(
  registry: Registry,
  trx: Transaction<Database>,
  updates: readonly ObjectUpdate[],
): Promise<void> {
  const byKind = Map.groupBy(updates, (update) => update.kind)
  for (const kind of byKind.keys()) {
    const isWritten = registry.handlers.some((handler) => handler.kind === kind)
    if (!isWritten) throw new Error(`No handler writes updates of kind "${kind}"`)
  }
  for (const handler of registry.handlers) {
    const own = byKind.get(handler.kind)
    if (own !== undefined) await handler.apply(trx, own)
  }
}
