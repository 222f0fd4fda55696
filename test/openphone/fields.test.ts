import fc from 'fast-check'
import * as fields from '../../src/openphone/fields.ts'
import t from '../helper/tap.ts'

t.test('dates are read from ISO 8601 and from Unix seconds and milliseconds', async (t) => {
  const noon = '2026-04-13T12:00:00.000Z'
  const spellings: [unknown, string][] = [
    ['2026-04-13T12:00:00Z', noon],
    ['2026-04-13T12:00:00.000000Z', noon],
    ['2026-04-13T14:00:00+02:00', noon],
    ['2026-04-13T14:00:00+0200', noon],
    ['2026-04-13 14:00:00+02', noon],
    ['2026-04-13t12:00:00z', noon],
    ['2026-04-13T12:00', noon],
    ['2026-04-13', '2026-04-13T00:00:00.000Z'],
    [1776081600, noon],
    [1776081600000, noon],
    [1776081600.5, '2026-04-13T12:00:00.500Z'],
    ['1776081600', noon],
    ['1776081600000', noon],
    [0, '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ]
  for (const [given, expected] of spellings) {
    t.equal(fields.date(given)?.toISOString(), expected, JSON.stringify(given))
  }
})

t.test('a time without a zone is UTC, wherever the server stands', async (t) => {
  const zone = process.env.TZ
  t.teardown(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
  process.env.TZ = 'America/New_York'
  t.equal(fields.date('2026-04-13T12:00:00')?.toISOString(), '2026-04-13T12:00:00.000Z')
})

t.test('what is no date, or one out of range, is unknown', async (t) => {
  const wrong = [
    null,
    undefined,
    true,
    {},
    [],
    '',
    'yesterday',
    '5',
    '13/04/2026',
    '2026-13-45T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '+010000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
    -1,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]
  for (const given of wrong) t.equal(fields.date(given), undefined, String(given))
})

t.test('a date that was read is always one of the years 1970 to 9999', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.string(), fc.date({ noInvalidDate: true })), (given) => {
      const read = fields.date(given instanceof Date ? given.toISOString() : given)
      return read === undefined || (read.getUTCFullYear() >= 1970 && read.getUTCFullYear() <= 9999)
    }),
  )
})

t.test('readers take what is of their type and nothing else', async (t) => {
  const values = [null, undefined, true, 5, 'word', '', [], {}, ['word', 5, null]]
  // For each reader, what it makes of the values by their index; the rest is unknown.
  const readings: [(value: unknown) => unknown, Record<number, unknown>][] = [
    [fields.text, { 4: 'word', 5: '' }],
    [fields.label, { 4: 'word' }],
    [fields.identifier, { 3: '5', 4: 'word' }],
    [fields.number, { 3: 5 }],
    [fields.boolean, { 2: true }],
    [fields.textList, { 4: ['word'], 6: [], 8: ['word'] }],
    [fields.identifierList, { 3: ['5'], 4: ['word'], 6: [], 8: ['word', '5'] }],
  ]
  for (const [read, expected] of readings) {
    for (const [index, value] of values.entries()) {
      t.strictSame(read(value), expected[index], `${read.name} ${JSON.stringify(value)}`)
    }
  }
})

t.test('durations may be spelled as text and are never negative', async (t) => {
  t.equal(fields.seconds('12.5'), 12.5)
  t.equal(fields.seconds(0), 0)
  t.equal(fields.seconds(-1), undefined)
  t.equal(fields.seconds('1e999'), undefined)
  t.equal(fields.seconds(' '), undefined)
})

t.test('an identifier too long to be indexed is unknown', async (t) => {
  t.equal(fields.identifier('x'.repeat(fields.IDENTIFIER_MAX_LENGTH))?.length, fields.IDENTIFIER_MAX_LENGTH)
  t.equal(fields.identifier('x'.repeat(fields.IDENTIFIER_MAX_LENGTH + 1)), undefined)
})
