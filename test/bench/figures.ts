import { readFile } from 'node:fs/promises'
import type { Environment } from './environment.ts'
import type { Result } from './measurement.ts'
import type { Sizes } from './options.ts'
import type { Verdict } from './targets.ts'

/** All that a run found out, as `--json` writes it. */
export interface Figures {
  /** When it began, ISO 8601. */
  readonly at: string
  readonly environment: Environment
  /** Before each scenario: cores that other programs kept busy. */
  readonly busyCoresBefore: readonly number[]
  readonly sizes: Sizes
  readonly repeat: number
  readonly results: readonly Result[]
  readonly targets: readonly Verdict[]
  readonly notes: readonly string[]
}

/** The run that README tells about. */
export const publishedFigures = new URL('figures/figures.json', import.meta.url)
/** The chart made from it. */
export const publishedChart = new URL('figures/chart.svg', import.meta.url)

/** Reads what a run wrote. What could not be measured is NaN again, which JSON cannot say. */
export async function readFigures(file: string | URL): Promise<Figures> {
  return JSON.parse(await readFile(file, 'utf8'), (_, value) => (value === null ? Number.NaN : value))
}

/** The median of a figure; undefined when it was not measured. */
export function medianOf(
  { results }: Pick<Figures, 'results'>,
  table: string,
  label: string,
  figure: string,
): number | undefined {
  const result = results.find((one) => one.table === table && one.label === label)
  const median = result?.figures[figure]?.median
  return median === undefined || Number.isNaN(median) ? undefined : median
}
