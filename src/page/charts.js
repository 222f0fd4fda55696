import { byId, setText } from './dom.js'
import { count, duration } from './format.js'

/* global uPlot */

const HEIGHT = 150
/** In the captions. */
const NAMES = { '1h': 'Last hour', '24h': 'Last 24 hours' }

const rate = { place: byId('rate-chart'), plot: undefined, data: undefined }
const lag = { place: byId('lag-chart'), plot: undefined, data: undefined }

/** Draws what happened in each minute. The newest minute is not over, and would look like a fall. */
export function showThroughput(minutes, range) {
  const over = minutes.slice(0, -1)
  const column = (read) => over.map(read)
  const times = column(({ minute }) => Date.parse(minute) / 1000)
  draw(rate, rateSeries, [
    times,
    column((at) => at.received),
    column((at) => at.processed),
    // Minutes without any have no line: a red one along the axis would look like trouble.
    column((at) => (at.failed === 0 ? null : at.failed)),
  ])
  draw(lag, lagSeries, [times, column((at) => at.lagP50Seconds), column((at) => at.lagP99Seconds)])

  const total = (read) => count(minutes.reduce((sum, minute) => sum + read(minute), 0))
  setText(
    byId('rate-caption'),
    `${NAMES[range]}: ${total((at) => at.received)} received, ${total((at) => at.processed)} processed, ${total((at) => at.failed)} failed`,
  )
  const worst = minutes.reduce((most, { lagP99Seconds }) => Math.max(most, lagP99Seconds ?? 0), 0)
  const hasLag = minutes.some(({ lagP99Seconds }) => lagP99Seconds !== null)
  setText(
    byId('lag-caption'),
    hasLag ? `${NAMES[range]}: p99 at most ${duration(worst)}` : `${NAMES[range]}: nothing was processed`,
  )
}

function draw(chart, seriesOf, data) {
  chart.data = data
  const width = chart.place.clientWidth
  if (width === 0) return
  if (chart.plot === undefined) {
    chart.plot = new uPlot(optionsOf(seriesOf, width), data, chart.place)
    chart.seriesOf = seriesOf
  } else chart.plot.setData(data)
}

function redraw(chart) {
  chart.plot?.destroy()
  chart.plot = undefined
  if (chart.data !== undefined) draw(chart, chart.seriesOf, chart.data)
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

/** Up to so many measured minutes are drawn as dots. */
const FEW_MINUTES = 12

const line = { width: 1.5, points: { show: false } }

function rateSeries() {
  const value = (_, number) => (number === null ? '–' : count(number))
  const failed = colour('failed')
  // A few failures beside thousands of events would lie on the axis: each minute that has some gets a dot.
  const hasSome = (plot, index) => plot.data[index].flatMap((number, at) => (number === null ? [] : [at]))
  return [
    { ...line, label: 'received', stroke: colour('received'), fill: colour('received-area'), value },
    { ...line, label: 'processed', stroke: colour('processed'), value },
    {
      label: 'failed',
      stroke: failed,
      width: 1.5,
      value: (_, number) => count(number ?? 0),
      points: { show: true, filter: hasSome, size: 5, fill: failed },
    },
  ]
}

function lagSeries() {
  const value = (_, seconds) => (seconds === null ? '–' : duration(seconds))
  // A line over minutes in which nothing was processed would be made up, so minutes alone are dots; so are few
  // minutes, of which a line would hardly show.
  const dots = (plot, index) => {
    const numbers = plot.data[index]
    const isKnown = (at) => typeof numbers[at] === 'number'
    const known = numbers.flatMap((_, at) => (isKnown(at) ? [at] : []))
    if (known.length <= FEW_MINUTES) return known
    return known.filter((at) => !isKnown(at - 1) && !isKnown(at + 1))
  }
  const seriesOf = (label, stroke) => {
    const points = { show: true, filter: dots, size: 5, fill: stroke }
    return { width: 1.5, label, stroke, value, points }
  }
  return [seriesOf('p50', colour('processed')), seriesOf('p99', colour('slow'))]
}

function optionsOf(seriesOf, width) {
  const ink = colour('quiet')
  const grid = { stroke: colour('line'), width: 1 }
  const axis = { stroke: ink, grid, ticks: { show: false }, font: '11px system-ui, sans-serif' }
  const isLag = seriesOf === lagSeries
  const clock = (_, seconds) => (seconds === null ? '–' : new Date(seconds * 1000).toTimeString().slice(0, 5))
  return {
    width,
    height: HEIGHT,
    padding: [8, 16, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    legend: { markers: { width: 0, fill: (plot, index) => plot.series[index].stroke() } },
    series: [{ label: 'at', value: clock }, ...seriesOf()],
    axes: [
      {
        ...axis,
        grid: { show: false },
        values: (_, times) => times.map((at) => clock(_, at)),
        space: 60,
        size: 24,
      },
      {
        ...axis,
        size: 46,
        space: 32,
        values: (_, numbers) => numbers.map((number) => axisText(number, isLag)),
        incrs: isLag ? undefined : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5],
      },
    ],
    scales: { y: { range: (_, __, most) => [0, Math.max(most ?? 0, isLag ? 0.01 : 4) * 1.1] } },
    hooks: {
      ready: [showLatest],
      setData: [showLatest],
      setCursor: [(plot) => plot.cursor.idx === null && showLatest(plot)],
    },
  }
}

function axisText(number, isLag) {
  if (isLag) return number === 0 ? '0' : duration(number)
  return number >= 1_000 ? `${number / 1_000}k` : String(number)
}

/** With no pointer over it the legend tells of the latest minute. */
function showLatest(plot) {
  const last = plot.data[0].length - 1
  if (last >= 0) plot.setLegend({ idx: last }, false)
}

new ResizeObserver(() => {
  for (const chart of [rate, lag]) {
    const width = chart.place.clientWidth
    if (width === 0) continue
    if (chart.plot === undefined && chart.data !== undefined) redraw(chart)
    else chart.plot?.setSize({ width, height: HEIGHT })
  }
}).observe(byId('rate-chart'))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const chart of [rate, lag]) redraw(chart)
})
