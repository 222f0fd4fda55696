import fc from 'fast-check'

/** Texts that have broken something somewhere: encodings, prototypes, times, numbers, sizes, languages of others. */
const NASTY_TEXTS = [
  '',
  ' ',
  '\0',
  'n\0ul',
  'half \ud83d',
  '\udc00 half',
  '\ufeff\u200b\u202e\u2028',
  '\uffff\u{10ffff}',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '+14155550100',
  '(415) 555-0100',
  '+999999999999999999999',
  'anonymous',
  'NaN',
  '-Infinity',
  'infinity',
  'now',
  'epoch',
  '0',
  '-1',
  '1e999',
  '0x10',
  '2026-02-30T25:61:61Z',
  '0000-00-00',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:60Z',
  '4713-01-01 BC',
  `'; drop table openphone.message; --`,
  '{"a":1}',
  '{null,"x"}',
  '%s%n$1\\x00\\',
  '</script><script>',
  'x'.repeat(512),
  'x'.repeat(513),
  'x'.repeat(3_000),
  '😀'.repeat(1_500),
]

const NASTY_NUMBERS = [
  -0,
  -1,
  2 ** 31,
  2 ** 53,
  1e21,
  1e308,
  5e-324,
  253_402_300_800_000,
  8.64e15,
  8.64e15 + 2,
]

export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
)

const hostileLeaf = fc.oneof(
  { weight: 5, arbitrary: hostileText },
  { weight: 2, arbitrary: fc.constantFrom(...NASTY_NUMBERS) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false) },
)

/** Keys that mean something: to JavaScript, to the provider, to what merges. */
const KEYS = [
  '__proto__',
  'constructor',
  'id',
  'value',
  'phoneNumber',
  'name',
  'url',
  'text',
  'n\0ul',
  '\ud83d',
  '',
]

/** Any JSON value, mostly small, up to five levels deep. */
export const hostileValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    { weight: 4, arbitrary: hostileLeaf },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), hostileText), tie('value')), { maxLength: 4 })
        // Not by assignment, which would set the prototype and leave no such key.
        .map((entries) => Object.fromEntries(entries)),
    },
  ),
})).value
