import { type Figures, medianOf } from './figures.ts'
import { numberText } from './number-text.ts'

interface Bar {
  readonly label: string
  readonly value: number
  /** Whether it is the pipeline itself, and not what it is compared with. */
  readonly isOurs: boolean
}

interface Group {
  /** Empty for bars that need none. */
  readonly heading: string
  readonly bars: readonly Bar[]
}

interface Panel {
  readonly title: string
  readonly groups: readonly Group[]
}

const WIDTH = 860
const MARGIN = 20
const LABEL_WIDTH = 190
const VALUE_WIDTH = 70
const ROW = 22
const BAR = 14
const TITLE = 40
const HEADING = 26
const GAP = 18

const names = {
  pipeline: 'pipeline',
  'http-only': 'HTTP alone, nothing stored',
  'transaction-per-request': 'a transaction per request',
} as const

/** The figures that matter most, as a picture: bars with their values, readable on light and dark pages. */
export function chartSvg(figures: Figures): string {
  const panels = [ingestPanel(figures), drainPanel(figures), latencyPanel(figures)].flatMap((panel) => {
    const groups = panel.groups.filter(({ bars }) => bars.length > 0)
    return groups.length > 0 ? [{ ...panel, groups }] : []
  })
  const parts: string[] = []
  let top = MARGIN
  for (const panel of panels) {
    const drawn = drawPanel(panel, top)
    parts.push(drawn.svg)
    top = drawn.bottom + GAP
  }
  const height = top - GAP + MARGIN
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">`,
    '<title id="title">How fast the pipeline is, beside the ordinary ways</title>',
    `<desc id="desc">${escaped(panels.map(inWords).join(' '))}</desc>`,
    `<style>${style}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>`,
    ...parts,
    '</svg>',
  ].join('\n')}\n`
}

// The page is drawn too, so that the text can be read whatever is behind the picture.
const style = [
  'text{font:13px system-ui,sans-serif;fill:#1f2328}',
  '.title{font-size:16px;font-weight:600}.heading{font-weight:600}.value{font-variant-numeric:tabular-nums}',
  '.page{fill:#fff}.ours{fill:#0969da}.other{fill:#8c959f}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}.ours{fill:#4493f8}.other{fill:#656c76}}',
].join('')

function ingestPanel(figures: Figures): Panel {
  const table = 'a. Ingest'
  const counts = new Set(
    figures.results.flatMap((result) =>
      result.table === table ? (/, (\d+) connections?$/.exec(result.label)?.[1] ?? []) : [],
    ),
  )
  const groups = [...counts].map((count) => {
    const unit = count === '1' ? 'connection' : 'connections'
    const bars = (['pipeline', 'http-only', 'transaction-per-request'] as const).flatMap((name) =>
      bar(
        names[name],
        medianOf(figures, table, `${name}, ${count} ${unit}`, 'per second'),
        name === 'pipeline',
      ),
    )
    const limit = bar(
      'pgbench, one by one',
      medianOf(figures, table, `pgbench, ${count} clients`, 'per second'),
    )
    return { heading: `${count} ${unit}`, bars: [...bars, ...limit] }
  })
  return { title: 'Webhooks stored per second', groups }
}

function drainPanel(figures: Figures): Panel {
  const groups = [
    ['b. Drain of messages', 'messages'],
    ['e. Drain of a mix', 'a mix of all events'],
  ].map(([table = '', heading = '']) => ({
    heading,
    bars: [
      ...bar('pipeline', medianOf(figures, table, 'worker', 'per second'), true),
      ...bar('a transaction per event', medianOf(figures, table, 'transaction per event', 'per second')),
    ],
  }))
  return { title: 'Waiting events processed per second', groups }
}

function latencyPanel(figures: Figures): Panel {
  const table = 'c. Latency from accepted to processed, both roles in one process'
  const groups = figures.results.flatMap(({ table: own, label }) =>
    own === table
      ? [
          {
            heading: label,
            bars: [
              ...bar('p50', medianOf(figures, table, label, 'p50 ms'), true),
              ...bar('p99', medianOf(figures, table, label, 'p99 ms'), true),
            ],
          },
        ]
      : [],
  )
  return { title: 'From accepted to processed, milliseconds', groups }
}

/** Nothing when it was not measured. */
function bar(label: string, value: number | undefined, isOurs = false): Bar[] {
  return value === undefined ? [] : [{ label, value, isOurs }]
}

function drawPanel({ title, groups }: Panel, top: number): { svg: string; bottom: number } {
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)))
  const room = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH
  const lines = [`<text class="title" x="${MARGIN}" y="${top + 16}">${escaped(title)}</text>`]
  let y = top + TITLE
  for (const { heading, bars } of groups) {
    lines.push(`<text class="heading" x="${MARGIN}" y="${y}">${escaped(heading)}</text>`)
    y += HEADING - ROW + 4
    for (const { label, value, isOurs } of bars) {
      const width = Math.max(1, Math.round((room * value) / most))
      const left = MARGIN + LABEL_WIDTH
      const middle = y + BAR - 3
      lines.push(
        `<text x="${MARGIN + 12}" y="${middle}">${escaped(label)}</text>`,
        `<rect class="${isOurs ? 'ours' : 'other'}" x="${left}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
        `<text class="value" x="${left + width + 6}" y="${middle}">${escaped(numberText(value))}</text>`,
      )
      y += ROW
    }
    y += HEADING - 4
  }
  return { svg: lines.join('\n'), bottom: y - HEADING }
}

/** For who does not see it. */
function inWords({ title, groups }: Panel): string {
  const parts = groups.map(
    ({ heading, bars }) =>
      `${heading}: ${bars.map(({ label, value }) => `${label} ${numberText(value)}`).join(', ')}`,
  )
  return `${title}. ${parts.join('; ')}.`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
