import { type Rule, stamp } from './rule.ts'

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
 * one statement cannot touch a row twice. Sorted by id, so that batches lock rows in one order.
 */
export function fold(columns: Columns, updates: readonly RowUpdate[]): FoldedRow[] {
  const rows = new Map<string, FoldedRow>()
  for (const update of updates) {
    let row = rows.get(update.id)
    if (row === undefined) {
      row = { id: update.id, stamps: {} }
      rows.set(update.id, row)
    }
    for (const [name, value] of Object.entries(update.fields)) {
      const rule = columns[name]
      if (rule === undefined || value === undefined) continue
      mergeField(row, name, rule, update, value)
    }
  }
  return [...rows.values()].sort((a, b) => compareBytes(a.id, b.id))
}

function mergeField(row: FoldedRow, name: string, rule: Rule, update: RowUpdate, value: unknown): void {
  if (rule.rule === 'settled') {
    const known = row[name]
    if (value !== null && (known === undefined || greater(value, known))) row[name] = value
    return
  }
  const judged = stamp(rule, update, value)
  const known = row.stamps[name]
  if (known === undefined || judged > known) {
    row.stamps[name] = judged
    row[name] = value
  }
}

function greater(value: unknown, known: unknown): boolean {
  if (value instanceof Date && known instanceof Date) return value > known
  return compareBytes(String(value), String(known)) > 0
}

/** The order of collation "C" on UTF-8: JavaScript's own differs beyond the basic plane. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
