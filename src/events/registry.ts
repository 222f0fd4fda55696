import type { RawBuilder } from 'kysely'
import type { ObjectUpdate, Translate } from '../vocabulary/updates.ts'

/** Writes the updates of one kind that a batch of events stands for. */
export interface Handler<Told extends ObjectUpdate = ObjectUpdate> {
  readonly kind: Told['kind']
  /** The one statement that writes them, with a `returning` clause. */
  upsert(updates: readonly Told[]): RawBuilder<unknown>
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
 * The statements that write what a batch of events stands for, one for each kind of update in it.
 * @throws Error when a kind has no handler: its updates would be lost, and their event counted as processed.
 */
export function effectsOf(registry: Registry, updates: readonly ObjectUpdate[]): RawBuilder<unknown>[] {
  const byKind = Map.groupBy(updates, (update) => update.kind)
  for (const kind of byKind.keys()) {
    const isWritten = registry.handlers.some((handler) => handler.kind === kind)
    if (!isWritten) throw new Error(`No handler writes updates of kind "${kind}"`)
  }
  return registry.handlers.flatMap(({ kind, upsert }) => {
    const own = byKind.get(kind)
    return own === undefined ? [] : [upsert(own)]
  })
}
