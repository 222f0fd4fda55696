import type { Environment } from './environment.ts'
import type { Result } from './measurement.ts'
import { summaryText } from './number-text.ts'
import type { Verdict } from './targets.ts'

/** All results as text for people: a table for each kind of run, then the targets. */
export function reportText(
  environment: Environment,
  results: readonly Result[],
  verdicts: readonly Verdict[],
  notes: readonly string[],
): string {
  const tables = Map.groupBy(results, ({ table }) => table)
  const parts = [...tables].map(([title, rows]) => `${title}\n\n${resultTable(rows)}`)
  const facts = Object.entries(environment).map(([name, value]) => [name, String(value)])
  return [
    align([...facts]),
    ...parts,
    `Targets\n\n${verdictTable(verdicts)}`,
    ...(notes.length > 0 ? [notes.map((note) => `Note: ${note}`).join('\n')] : []),
  ].join('\n\n')
}

function resultTable(results: readonly Result[]): string {
  const columns = [...new Set(results.flatMap(({ figures }) => Object.keys(figures)))]
  const lines = results.map(({ label, figures }) => [
    label,
    ...columns.map((column) => (figures[column] === undefined ? '' : summaryText(figures[column]))),
  ])
  return align([['', ...columns], ...lines])
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ what, measured, target, isMet }) => [
    what,
    summaryText(measured),
    target,
    isMet ? 'ok' : 'MISSED',
  ])
  return align([['figure', 'measured', 'target', ''], ...lines])
}

/** Columns under one another; all but the first to the right where they are numbers. */
function align(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
