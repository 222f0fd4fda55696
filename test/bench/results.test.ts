import t from '../helper/tap.ts'
import { type Measurement, summarise } from './measurement.ts'
import { median, percentile } from './statistics.ts'
import { judge } from './targets.ts'

t.test('a percentile is a value that was measured', async (t) => {
  const values = Float64Array.from({ length: 100 }, (_, index) => 100 - index)
  t.equal(percentile(values, 0.5), 50)
  t.equal(percentile(values, 0.99), 99)
  t.equal(percentile(values, 1), 100)
  t.equal(percentile(Float64Array.of(7), 0.5), 7)
  t.ok(Number.isNaN(percentile(new Float64Array(), 0.5)))
})

t.test('a median lies in the middle', async (t) => {
  t.equal(median([9, 1, 5]), 5)
  t.equal(median([10, 1, 2, 4]), 3)
})

const drained = (perSecond: number, unprocessed = 0): Measurement => ({
  table: 'b. Drain of messages',
  label: 'worker',
  figures: { 'per second': perSecond, 'not processed': unprocessed },
})

t.test('repetitions become one result with median, least and most', async (t) => {
  t.match(summarise([drained(16_000), drained(14_000), drained(15_500)]), [
    { label: 'worker', figures: { 'per second': { median: 15_500, min: 14_000, max: 16_000 } } },
  ])
})

t.test('a target is met by the median, and what may never happen by every repetition', async (t) => {
  t.match(judge(summarise([drained(16_000), drained(14_000), drained(15_500)])), [
    { target: '≥ 15,000', isMet: true },
    { what: /not processed/, target: '0', isMet: true },
  ])
  t.match(judge(summarise([drained(14_999), drained(16_000, 1), drained(14_000)])), [
    { isMet: false },
    { isMet: false },
  ])
})

t.test('a figure that could not be measured meets no target', async (t) => {
  t.match(judge(summarise([drained(Number.NaN)])), [{ isMet: false }, { isMet: true }])
})

t.test('what was not run is not judged', async (t) => t.strictSame(judge([]), []))
