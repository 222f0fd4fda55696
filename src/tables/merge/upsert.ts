import { CompiledQuery, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import { type Columns, fold, type RowUpdate } from './fold.ts'

/** Writes a batch of updates to one table. */
export type Upsert<Update extends RowUpdate> = (
  trx: Transaction<Database>,
  updates: readonly Update[],
) => Promise<void>

/** Builds the one statement that merges a batch into `openphone.<table>`, and the function that runs it. */
export function upsertInto<Update extends RowUpdate>(
  table: string,
  columns: Columns<Update['fields']>,
): Upsert<Update> {
  const statement = upsertStatement(table, columns)
  return async (trx, updates) => {
    if (updates.length === 0) return
    await trx.executeQuery(CompiledQuery.raw(statement, [JSON.stringify(fold(columns, updates))]))
  }
}

/**
 * One parameter: a JSON array of folded rows. Rows whose every value is there already are left out
 * before the insert, so that a number which writes every minute neither locks nor rewrites its row.
 */
export function upsertStatement(table: string, columns: Columns): string {
  const names = Object.keys(columns)
  const rules = Object.entries(columns)
  const settledNames = rules.filter(([, rule]) => rule.rule === 'settled').map(([name]) => name)
  const stampedNames = rules.filter(([, rule]) => rule.rule !== 'settled').map(([name]) => name)

  const declared = rules.map(([name, { type }]) => `${name} ${type}`)
  const isKnown = settledNames.map((name) => `(new.${name} is null or known.${name} >= new.${name})`)
  const merged = [
    ...settledNames.map((name) => `${name} = greatest(known.${name}, excluded.${name})`),
    ...stampedNames.map(
      (name) => `${name} = case when ${wins(name)} then excluded.${name} else known.${name} end`,
    ),
    `stamps = ${mergedStamps(stampedNames)}`,
  ]
  return `
insert into openphone.${table} as known (id, ${names.join(', ')}, stamps)
select id, ${names.join(', ')}, stamps
from json_to_recordset($1::json) as new (id text, ${declared.join(', ')}, stamps jsonb)
where not exists (
  select from openphone.${table} known
  where ${['known.id = new.id', 'known.stamps @> new.stamps', ...isKnown].join('\n    and ')}
)
order by new.id collate "C"
on conflict (id) do update set
  ${merged.join(',\n  ')}`
}

function wins(name: string): string {
  return `(excluded.stamps->>'${name}') collate "C" > coalesce(known.stamps->>'${name}', '')`
}

function mergedStamps(names: readonly string[]): string {
  if (names.length === 0) return 'known.stamps'
  const entries = names.map(
    (name) => `'${name}', greatest((known.stamps->>'${name}') collate "C", excluded.stamps->>'${name}')`,
  )
  return `jsonb_strip_nulls(jsonb_build_object(${entries.join(', ')}))`
}
