import { type RawBuilder, sql } from 'kysely'
import { type Columns, type FoldedRow, fold, type RowUpdate } from './fold.ts'
import type { ColumnType } from './rule.ts'

/** Makes the one statement that writes a batch of updates to one table. It returns the ids it wrote. */
export type Upsert<Update extends RowUpdate> = (updates: readonly Update[]) => RawBuilder<{ id: string }>

/** Makes statements that merge updates into `openphone.<table>`. */
export function upsertInto<Update extends RowUpdate>(
  table: string,
  columns: Columns<Update['fields']>,
): Upsert<Update> {
  const { before, types, after } = upsertStatement(table, columns)
  return (updates) => {
    const values = parametersOf(columns, fold(columns, updates))
    const parameters = values.map((value, index) => sql`${value}::${types[index]}`)
    return sql`${before}${sql.join(parameters)}${after}`
  }
}

/**
 * An array per column: Postgres reads those with less work than rows of JSON. Rows whose every value is there
 * already are left out before the insert, so that a number which writes every minute neither locks nor
 * rewrites its row.
 */
function upsertStatement(table: string, columns: Columns) {
  const names = Object.keys(columns)
  const rules = Object.entries(columns)
  const settledNames = rules.filter(([, rule]) => rule.rule === 'settled').map(([name]) => name)
  const stampedNames = rules.filter(([, rule]) => rule.rule !== 'settled').map(([name]) => name)

  const types = ['text', ...rules.map(([, { type }]) => type), 'jsonb'] as const
  const read = rules.map(([name, { type }]) => (isSentAsText(type) ? `${name}::${type}` : name))
  const isKnown = settledNames.map((name) => `(new.${name} is null or known.${name} >= new.${name})`)
  const merged = [
    ...settledNames.map((name) => `${name} = greatest(known.${name}, excluded.${name})`),
    ...stampedNames.map(
      (name) => `${name} = case when ${wins(name)} then excluded.${name} else known.${name} end`,
    ),
    `stamps = ${mergedStamps(stampedNames)}`,
  ]
  const before = `
insert into openphone.${table} as known (id, ${names.join(', ')}, stamps)
select id, ${read.join(', ')}, stamps::jsonb
from unnest(`
  const after = `) as new (id, ${names.join(', ')}, stamps)
where not exists (
  select from openphone.${table} known
  where ${['known.id = new.id', 'known.stamps @> new.stamps::jsonb', ...isKnown].join('\n    and ')}
)
order by new.id collate "C"
on conflict (id) do update set
  ${merged.join(',\n  ')}
returning id`
  return {
    before: sql.raw(before),
    types: types.map((type) => sql.raw(isSentAsText(type) ? 'text[]' : `${type}[]`)),
    after: sql.raw(after),
  }
}

/** An array of arrays cannot have rows of different lengths, and pg writes an array of objects as text anyway. */
function isSentAsText(type: ColumnType): type is 'text[]' | 'jsonb' {
  return type === 'text[]' || type === 'jsonb'
}

/** The statement's parameters: of each column, its values in the order of the rows. */
function parametersOf(columns: Columns, rows: readonly FoldedRow[]): unknown[][] {
  return [
    rows.map((row) => row.id),
    ...Object.entries(columns).map(([name, { type }]) => rows.map((row) => toParameter(type, row[name]))),
    rows.map((row) => toParameter('jsonb', row.stamps)),
  ]
}

function toParameter(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type === 'jsonb') return JSON.stringify(value)
  if (type === 'text[]') return arrayLiteral(value as readonly string[])
  return value
}

function arrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
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
