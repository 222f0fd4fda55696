import fc from 'fast-check'
import { readInstant, toMilliseconds } from '../../src/webhook/instant.ts'
import t from '../helper/tap.ts'

t.test('times are read from every form in use', async (t) => {
  const forms: [unknown, string][] = [
    ['2026-05-01T10:20:30.123Z', '2026-05-01T10:20:30.123Z'],
    ['2026-05-01T10:20:30Z', '2026-05-01T10:20:30.000Z'],
    ['2026-05-01T10:20Z', '2026-05-01T10:20:00.000Z'],
    ['2026-05-01t10:20:30z', '2026-05-01T10:20:30.000Z'],
    ['2026-05-01T10:20:30.123456Z', '2026-05-01T10:20:30.123Z'],
    ['2026-05-01T10:20:30.123456789+02:00', '2026-05-01T08:20:30.123Z'],
    ['2026-05-01T10:20:30-0530', '2026-05-01T15:50:30.000Z'],
    ['2026-05-01 10:20:30+00:00', '2026-05-01T10:20:30.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [1639710054, '2021-12-17T03:00:54.000Z'],
    [1639710054.089, '2021-12-17T03:00:54.089Z'],
    [1639710054089, '2021-12-17T03:00:54.089Z'],
    [253_402_300_799_999, '9999-12-31T23:59:59.999Z'],
  ]
  for (const [value, iso] of forms) t.equal(readInstant(value)?.toISOString(), iso, String(value))
})

t.test('a time without a zone is UTC, whatever the zone of the machine', async (t) => {
  const zone = process.env.TZ
  t.teardown(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
  process.env.TZ = 'Asia/Tokyo'
  t.equal(new Date('2026-05-01T10:20:30').getUTCHours(), 1, 'the zone is in force')
  t.equal(readInstant('2026-05-01T10:20:30.5')?.toISOString(), '2026-05-01T10:20:30.500Z')
  t.equal(readInstant('2026-05-01 10:20:30')?.toISOString(), '2026-05-01T10:20:30.000Z')
})

t.test('what is no time, or none that a column should hold, is null', async (t) => {
  const others: unknown[] = [
    undefined,
    null,
    true,
    {},
    [],
    ['2026-05-01T10:20:30Z'],
    '',
    'May 1, 2026',
    '1',
    '1639710054089',
    '2026-05-01',
    '2026-13-01T00:00:00Z',
    '2026-05-32T00:00:00Z',
    '2026-05-01T25:00:00Z',
    '2026-05-01T10:20:30+99:00',
    '2026-05-01T10:20:30 Z',
    '2026-05-01T10:20:30Z\n',
    '+012026-05-01T10:20:30Z',
    '-000001-05-01T10:20:30Z',
    '1969-12-31T23:59:59Z',
    '9999-12-31T23:59:59-01:00',
    -1,
    253_402_300_800_000,
    1639710054089_000,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
  for (const value of others) t.equal(readInstant(value), null, JSON.stringify(value))
})

t.test('a megabyte of digits is read quickly', async (t) => {
  const start = process.hrtime.bigint()
  t.equal(readInstant(`2026-05-01T10:20:30.${'1'.repeat(1 << 20)}x`), null)
  t.ok(process.hrtime.bigint() - start < 500_000_000n)
})

t.test('every date of the years kept comes back as it was written', async () => {
  const dates = fc.date({ min: new Date(0), max: new Date(253_402_300_799_999), noInvalidDate: true })
  fc.assert(fc.property(dates, (date) => readInstant(date.toISOString())?.getTime() === date.getTime()))
})

t.test('whatever the value, nothing is thrown and a result is a time', async () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const instant = readInstant(value)
      const milliseconds = toMilliseconds(value)
      return (instant === null || !Number.isNaN(instant.getTime())) && milliseconds !== undefined
    }),
  )
})
