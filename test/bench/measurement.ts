import { median } from './statistics.ts'

/** What one run of something gave: a row of a result table. */
export interface Measurement {
  /** The table it belongs to. */
  readonly table: string
  /** What was run; unique in its table. */
  readonly label: string
  /** By name, with the unit in it. */
  readonly figures: Readonly<Record<string, number>>
}

/** One figure over all repetitions. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly values: readonly number[]
}

/** A measurement over all repetitions. */
export interface Result {
  readonly table: string
  readonly label: string
  readonly figures: Readonly<Record<string, Summary>>
}

/** Joins measurements of the same thing; in the order in which each came first. */
export function summarise(measurements: readonly Measurement[]): Result[] {
  const groups = Map.groupBy(measurements, ({ table, label }) => `${table}\n${label}`)
  return [...groups.values()].flatMap((repetitions) => {
    const [first] = repetitions
    if (first === undefined) return []
    const figures = Object.keys(first.figures).map((name) => {
      const values = repetitions.map((repetition) => repetition.figures[name] ?? Number.NaN)
      const summary = { median: median(values), min: Math.min(...values), max: Math.max(...values), values }
      return [name, summary] as const
    })
    return [{ table: first.table, label: first.label, figures: Object.fromEntries(figures) }]
  })
}
