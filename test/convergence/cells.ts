import type { Row, Rows } from './replica.ts'

/** One column of one row of a projection that is known: null is known too, where a stamp says so. */
export interface Cell {
  readonly table: string
  readonly column: string
  readonly value: unknown
  /** Whether it was judged by a time, and may change with it. */
  readonly isStamped: boolean
}

/** Everything that the projections know, by `table id column`. The view `contact` is left out. */
export function cellsOf({ contact: _, ...tables }: Rows): Map<string, Cell> {
  const cells = new Map<string, Cell>()
  for (const [table, rows] of Object.entries(tables)) {
    for (const row of rows) {
      const stamps = stampsOf(row)
      for (const [column, value] of Object.entries(row)) {
        if (column === 'id' || column === 'stamps') continue
        const isStamped = column in stamps
        if (value !== null || isStamped) {
          cells.set(`${table} ${row.id} ${column}`, { table, column, value, isStamped })
        }
      }
    }
  }
  return cells
}

function stampsOf(row: Row): object {
  const { stamps } = row
  return typeof stamps === 'object' && stamps !== null ? stamps : {}
}
