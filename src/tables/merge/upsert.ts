import { type RawBuilder, sql } from 'kysely'
import { arrayParameter } from '../../db/array-parameter.ts'
import { type Columns, type FoldedRow, fold, type RowUpdate } from './fold.ts'
import type { ColumnType } from './rule.ts'

/** Makes the one statement that writes a batch of updates to one table. It returns the ids it wrote. */
export type Upsert<Update extends RowUpdate> = (updates: readonly Update[]) => RawBuilder<{ id: string }>

export interface UpsertOptions {
  /**
   * For a table whose rows are told of again and again, such as a number that writes every minute: what is known
   * already is left out before the insert, so that its row is not even locked. For others that look, which finds
   * nothing, costs a sixth of the statement.
   */
  readonly looksFirst?: boolean
}

/** Makes statements that merge updates into `openphone.<table>`. */
export function upsertInto<Update extends RowUpdate>(
  table: string,
  columns: Columns<Update['fields']>,
  { looksFirst = false }: UpsertOptions = {},
): Upsert<Update> {
  const { before, types, after } = upsertStatement(table, columns, looksFirst)
  return (updates) => {
    const values = parametersOf(columns, fold(columns, updates))
    const parameters = values.map((value, index) => sql`${value}::${types[index]}`)
    return sql`${before}${sql.join(parameters)}${after}`
  }
}

/** An array per column: Postgres reads those with less work than rows of JSON. */
function upsertStatement(table: string, columns: Columns, looksFirst: boolean) {
  const names = Object.keys(columns)
  const rules = Object.entries(columns)
  const settledNames = rules.filter(([, rule]) => rule.rule === 'settled').map(([name]) => name)
  const stampedNames = rules.filter(([, rule]) => rule.rule !== 'settled').map(([name]) => name)

  const types = ['text', ...rules.map(([, { type }]) => type), 'jsonb'] as const
  const read = rules.map(([name, { type }]) => (isSentAsText(type) ? `${name}::${type}` : name))
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
  const whereUnknown = `where not exists (
  select from openphone.${table} known where known.id = new.id and ${holdsAll(settledNames, 'new')}
)`
  const after = `) as new (id, ${names.join(', ')}, stamps)
${looksFirst ? whereUnknown : ''}
-- So that batches lock rows in one order.
order by new.id collate "C"
on conflict (id) do update set
  ${merged.join(',\n  ')}
-- Unknown, where a value of the row is null, means that it tells more.
where (${holdsAll(settledNames, 'excluded')}) is not true
returning id`
  return {
    before: sql.raw(before),
    types: types.map((type) => sql.raw(isSentAsText(type) ? 'text[]' : `${type}[]`)),
    after: sql.raw(after),
  }
}

/** Whether the row there is, `known`, holds all that another tells: then it is not written again. */
function holdsAll(settledNames: readonly string[], told: string): string {
  return [
    `known.stamps @> ${told}.stamps::jsonb`,
    ...settledNames.map((name) => `(${told}.${name} is null or known.${name} >= ${told}.${name})`),
  ].join('\n    and ')
}

/** An array of arrays cannot have rows of different lengths, and pg writes an array of objects as text anyway. */
function isSentAsText(type: ColumnType): type is 'text[]' | 'jsonb' {
  return type === 'text[]' || type === 'jsonb'
}

/** The statement's parameters: of each column, its values in the order of the rows. */
function parametersOf(columns: Columns, rows: readonly FoldedRow[]): Buffer[] {
  const valuesOf = (name: string, type: ColumnType) =>
    arrayParameter(
      type,
      rows.map((row) => row[name]),
    )
  return [
    valuesOf('id', 'text'),
    ...Object.entries(columns).map(([name, { type }]) => valuesOf(name, type)),
    valuesOf('stamps', 'jsonb'),
  ]
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
