import { type Rule, sortableTime, stamp } from './rule.ts'

/** A projection's columns beside `id` and `stamps`, each with its merge rule. */
export type Columns<Fields = Record<string, unknown>> = { readonly [Name in keyof Fields]-?: Rule }

/** What one event says about one row. A field that is undefined is not known. */
export interface RowUpdate {
  readonly id: string
  /** The time the fields are judged by; null when it is not known. */
  readonly at: Date | null
  readonly fields: Readonly<Record<string, unknown>>
}

/** A row as far as some events know it: what is not known is absent. */
export interface FoldedRow {
  id: string
  stamps: Record<string, string>
  [column: string]: unknown
}

/**
 * Folds the updates of a batch into one row per id, by the same rules that Postgres then merges it with:
 * one statement cannot touch a row twice.
 */
export function fold(columns: Columns, updates: readonly RowUpdate[]): FoldedRow[] {
  const rules = Object.entries(columns)
  const rows = new Map<string, FoldedRow>()
  for (const { id, at, fields } of updates) {
    let row = rows.get(id)
    if (row === undefined) {
      row = { id, stamps: {} }
      rows.set(id, row)
    }
    const time = sortableTime(at)
    for (const [name, rule] of rules) {
      const value = fields[name]
      if (value === undefined) continue
      if (rule.rule === 'settled') keepGreater(row, name, value)
      else keepByStamp(row, name, value, stamp(rule, time, value, fields))
    }
  }
  return [...rows.values()]
}

/** The greater value stays. */
function keepGreater(row: FoldedRow, name: string, value: unknown): void {
  const known = row[name]
  if (value !== null && (known === undefined || greater(value, known))) row[name] = value
}

/** The value with the greater stamp stays. */
function keepByStamp(row: FoldedRow, name: string, value: unknown, judged: string): void {
  const known = row.stamps[name]
  if (known !== undefined && judged <= known) return
  row.stamps[name] = judged
  row[name] = value
}

function greater(value: unknown, known: unknown): boolean {
  if (value instanceof Date && known instanceof Date) return value > known
  return compareBytes(String(value), String(known)) > 0
}

/** The order of collation "C" on UTF-8: JavaScript's own differs beyond the basic plane. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
