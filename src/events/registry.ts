import type { Transaction } from 'kysely'
import type { Database } from '../tables/database.ts'
import type { Translate, Update } from '../vocabulary/updates.ts'

/** Writes the updates of one kind that a batch of events stands for, in the batch's transaction. */
export interface Handler<Kind extends Update['kind'] = Update['kind']> {
  readonly kind: Kind
  apply(trx: Transaction<Database>, updates: readonly Extract<Update, { kind: Kind }>[]): Promise<void>
}

/** What the worker knows to do: how each event type is translated, and how each kind of update is written. */
export interface Registry {
  /** From event type to translator. A type that is not here is stored and ignored. */
  readonly translators: ReadonlyMap<string, Translate>
  /** Run in this order in every batch, so that concurrent batches lock tables in one order. */
  readonly handlers: readonly Handler[]
}

/** Runs every handler once, over the updates of its kind. */
export async function applyUpdates(
  registry: Registry,
  trx: Transaction<Database>,
  updates: readonly Update[],
): Promise<void> {
  const byKind = Map.groupBy(updates, (update) => update.kind)
  for (const handler of registry.handlers) {
    const own = byKind.get(handler.kind)
    // The map's key is the kind of every update in the list, which the type of groupBy cannot say.
    if (own !== undefined) await handler.apply(trx, own as never)
  }
}
