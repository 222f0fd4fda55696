import { type Kysely, sql } from 'kysely'
import { PermanentError } from '../errors.ts'
import type { Registry } from '../events/registry.ts'
import type { Database } from '../tables/database.ts'
import type { OpenPhoneEvent } from '../vocabulary/updates.ts'

/** A row that an event speaks of. */
export interface MadeRow {
  /** In schema `openphone`. */
  readonly table: string
  readonly id: string
  /** As it is now, which later events may have had a part in; null when it is not there. */
  readonly row: Readonly<Record<string, unknown>> | null
}

/**
 * The rows an event made or changed, found by translating its payload once more: they are not written down
 * with the event. None for a type without a translator, nor for a payload that cannot be translated.
 */
export async function readMadeRows(
  db: Kysely<Database>,
  registry: Registry,
  event: OpenPhoneEvent,
): Promise<MadeRow[]> {
  const objects = objectsOf(registry, event)
  const made: MadeRow[] = []
  for (const [table, ids] of objects) {
    const found = await readRows(db, table, [...ids])
    for (const id of ids) made.push({ table, id, row: found.get(id) ?? null })
  }
  return made
}

/** Ids by table, each once. */
function objectsOf(registry: Registry, event: OpenPhoneEvent): Map<string, Set<string>> {
  const objects = new Map<string, Set<string>>()
  try {
    for (const { kind, id } of registry.translators.get(event.type)?.(event) ?? []) {
      objects.set(kind, (objects.get(kind) ?? new Set()).add(id))
    }
  } catch (error) {
    // The event's own error says so already.
    if (!(error instanceof PermanentError)) throw error
  }
  return objects
}

async function readRows(
  db: Kysely<Database>,
  table: string,
  ids: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  const { rows: known } = await sql<{ isTable: boolean }>`
    select to_regclass(${`openphone.${table}`}) is not null as "isTable"
  `.execute(db)
  // A handler of somebody else's may write its kind to a table of another name.
  if (!known[0]?.isTable) return new Map()
  const { rows } = await sql<{ id: string; row: Record<string, unknown> }>`
    select id, to_jsonb(made) - 'stamps' as row
    from ${sql.table(`openphone.${table}`)} as made
    where id = any (${ids}::text[])
  `.execute(db)
  return new Map(rows.map(({ id, row }) => [id, row]))
}
