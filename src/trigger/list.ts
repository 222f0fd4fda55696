import { type Shape, samples, shapes } from '../samples/index.ts'
import { scenarios } from '../samples/scenarios/index.ts'

interface ListedType {
  readonly type: string
  /** The versions of each shape the type is sent in. */
  readonly shapes: Partial<Record<Shape, string[]>>
}

/** Everything that can be sent, as a table for people. */
export function listText(): string {
  const rows = listedTypes().map(({ type, shapes: versions }) => [
    type,
    versions.current ? 'yes' : '-',
    versions.legacy?.join(' ') ?? '-',
    versions.flat ? 'yes' : '-',
  ])
  const stories = scenarios.map(({ name, shape, description }) => [name, shape, description])
  return [
    ...table([['Event type', ...shapes], ...rows]),
    '',
    ...table([['Scenario', 'shape', 'story'], ...stories]),
  ].join('\n')
}

export function listJson(): string {
  const stories = scenarios.map(({ name, shape, description }) => ({ name, shape, description }))
  return JSON.stringify({ types: listedTypes(), scenarios: stories })
}

function listedTypes(): ListedType[] {
  return [...Map.groupBy(samples, ({ type }) => type)].map(([type, ofType]) => ({
    type,
    shapes: Object.fromEntries(
      [...Map.groupBy(ofType, ({ shape }) => shape)].map(([shape, ofShape]) => [
        shape,
        ofShape.map(({ version }) => version),
      ]),
    ),
  }))
}

function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
