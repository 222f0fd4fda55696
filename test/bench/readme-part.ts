import { type Figures, medianOf } from './figures.ts'
import { numberText, summaryText } from './number-text.ts'
import { judge } from './targets.ts'

const CONNECTIONS = [1, 16, 64, 256]

/** What README tells of a run: on what it was made, rates, what an event costs, and the targets. */
export function benchPart(figures: Figures): string {
  const targets = judge(figures.results)
  const missed = targets.filter(({ isMet }) => !isMet).length
  return [
    [madeOn(figures), ...figures.notes.map((note) => `Note: ${note}`)].join('\n\n'),
    '![Bars of the rates and times in the tables below](test/bench/figures/chart.svg)',
    ingestTable(figures),
    costTable(figures),
    latencyTable(figures),
    othersTable(figures),
    `${targets.length - missed} of ${targets.length} targets are met:`,
    table(
      ['figure', 'measured', 'target', ''],
      targets.map(({ what, measured, target, isMet }) => [
        what,
        summaryText(measured),
        target,
        isMet ? 'ok' : 'missed',
      ]),
    ),
  ].join('\n\n')
}

function madeOn({ at, environment, busyCoresBefore, repeat, sizes }: Figures): string {
  const { cores, processor, postgres, node, commits } = environment
  const busy = Math.max(...busyCoresBefore)
  const times =
    repeat === 1 ? 'once' : `${repeat} times, of which the median is shown with the least and the most`
  return [
    `Measured on ${at.slice(0, 10)}, ${times}. ${cores} cores (${processor}), Node.js ${node}, PostgreSQL ${postgres},`,
    `${commits}. A load lasted`,
    `${sizes.ingestSeconds} s or more, where contenders took turns in ${sizes.turns} parts, of which the median is shown;`,
    `before a scenario other programs kept up to ${busy.toFixed(1)} cores busy.`,
  ].join('\n')
}

const TOGETHER = 'f. Ingest and drain together'

const contenders = {
  pipeline: 'pipeline',
  'http-only': 'HTTP, signature and JSON alone',
  'transaction-per-request': 'a transaction per request',
} as const

function ingestTable(figures: Figures): string {
  const ingest = 'a. Ingest'
  const cell = (label: string) => {
    const [rate, p50, p99] = ['per second', 'p50 ms', 'p99 ms'].map((name) =>
      medianOf(figures, ingest, label, name),
    )
    if (rate === undefined) return ''
    if (p50 === undefined || p99 === undefined) return numberText(rate)
    return `${numberText(rate)} (${numberText(p50)}; ${numberText(p99)})`
  }
  const unit = (count: number) => (count === 1 ? 'connection' : 'connections')
  const rows = Object.entries(contenders).map(([name, words]) => [
    words,
    ...CONNECTIONS.map((count) => cell(`${name}, ${count} ${unit(count)}`)),
  ])
  const limit = ['pgbench, one by one', ...CONNECTIONS.map((count) => cell(`pgbench, ${count} clients`))]
  return table(
    ['webhooks per second (p50; p99 in ms)', ...CONNECTIONS.map((count) => `${count} ${unit(count)}`)],
    [...rows, limit],
  )
}

function costTable(figures: Figures): string {
  const costs = [
    ['to store one, 64 connections', 'a. Ingest', 'pipeline, 64 connections'],
    ['the same, a transaction per request', 'a. Ingest', 'transaction-per-request, 64 connections'],
    ['to process a message', 'b. Drain of messages', 'worker'],
    ['to process one of a mix', 'e. Drain of a mix', 'worker'],
    ['the same, a transaction per event', 'e. Drain of a mix', 'transaction per event'],
    ['to store and process a message, a process for each role', TOGETHER, 'a process for each role'],
    ['the same in one process', TOGETHER, 'both roles in one process'],
  ] as const
  const names = ['application CPU µs', 'Postgres CPU µs', 'WAL bytes']
  const rows = costs.map(([words, of, label]) => [
    words,
    ...names.map((name) => {
      const median = medianOf(figures, `${of}: what one event costs`, label, name)
      return median === undefined ? '' : numberText(median)
    }),
  ])
  return table(['an event costs', ...names.map((name) => name.replace('µs', 'time, µs'))], rows)
}

function latencyTable(figures: Figures): string {
  const rates = ['50', '200', '500', '2000']
  const cell = (rate: string, name: string) => {
    const label = `${rate} events per second`
    const median = medianOf(
      figures,
      'c. Latency from accepted to processed, both roles in one process',
      label,
      name,
    )
    return median === undefined ? '' : numberText(median)
  }
  const row = (words: string, name: string) => [words, ...rates.map((rate) => cell(rate, name))]
  return table(
    ['accepted to processed, ms', ...rates.map((rate) => `${numberText(Number(rate))} a second`)],
    [row('half of them within', 'p50 ms'), row('99 % within', 'p99 ms'), row('all within', 'most ms')],
  )
}

function othersTable(figures: Figures): string {
  const others = [
    ['100,000 waiting messages, processed', 'b. Drain of messages', 'worker', 'per second'],
    [
      'the first 30,000 of them, by a process just started',
      'b. Drain of messages',
      'worker',
      'per second of the first 30,000',
    ],
    [
      'transcripts of 64 KB, 64 connections',
      'h. Ingest of 64 KB transcripts',
      'pipeline, 64 connections',
      'per second',
    ],
    [
      'every other delivery a duplicate',
      'i. Ingest, every other delivery a duplicate',
      'pipeline, 64 connections',
      'per second',
    ],
    [
      'stored and processed, a process for each role',
      TOGETHER,
      'a process for each role',
      'processed per second',
    ],
    ['the same in one process', TOGETHER, 'both roles in one process', 'processed per second'],
    [
      'as much as goes in, one ingest and one worker',
      'k. Processes on one database',
      'one ingest, one worker',
      'processed per second',
    ],
    ['two of each', 'k. Processes on one database', '2 ingest, 2 workers', 'processed per second'],
  ] as const
  const rows = others.map(([words, of, label, name]) => {
    const median = medianOf(figures, of, label, name)
    return [words, median === undefined ? '' : numberText(median)]
  })
  return table(['events per second', ''], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
