import t from '../helper/tap.ts'
import { chartSvg } from './chart-svg.ts'
import type { Figures } from './figures.ts'
import { type Measurement, summarise } from './measurement.ts'

const figuresOf = (...measurements: Measurement[]): Figures => ({
  at: '2026-01-02T03:04:05.678Z',
  environment: { node: 'v24', postgres: '18', cores: 2, processor: 'one', commits: 'fsync on' },
  busyCoresBefore: [0],
  // None of them is drawn.
  sizes: {} as Figures['sizes'],
  repeat: 1,
  results: summarise(measurements),
  targets: [],
  notes: [],
})

const ingested = (label: string, perSecond: number): Measurement => ({
  table: 'a. Ingest',
  label,
  figures: { 'per second': perSecond },
})

t.test('a bar is as long as its figure, and the figure stands beside it', async (t) => {
  const svg = chartSvg(
    figuresOf(ingested('pipeline, 64 connections', 9_000), ingested('http-only, 64 connections', 12_000)),
  )
  const [ours, other] = ['ours', 'other'].map((kind) =>
    Number(new RegExp(`class="${kind}"[^>]* width="(\\d+)"`).exec(svg)?.[1]),
  )
  t.ok(Math.abs((ours ?? 0) / (other ?? 1) - 0.75) < 0.01)
  t.match(svg, />9,000</)
  t.match(svg, /<desc id="desc">.*HTTP alone, nothing stored 12,000/, 'also for who does not see it')
})

t.test('what was not measured is not drawn', async (t) => {
  const svg = chartSvg(
    figuresOf(ingested('pipeline, 1 connection', 800), ingested('pgbench, 64 clients', Number.NaN)),
  )
  t.notMatch(svg, /pgbench|Waiting events|milliseconds/)
})
