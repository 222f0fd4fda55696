import fc from 'fast-check'
import t from 'tap'
import { clean } from '../../src/openphone/clean.ts'

t.test('what is clean already comes back as it is', async (t) => {
  const given = [{ name: 'Jane 😀', list: [1, null, true, { deep: 'ok' }] }]
  t.equal(clean(given), given)
  t.equal(clean('Jane 😀'), 'Jane 😀')
  t.equal(clean(null), null)
})

t.test('NUL is dropped and half a surrogate pair replaced, also in keys and deep inside', async (t) => {
  t.equal(clean('a\0b\ud83dc'), 'ab\ufffdc')
  t.strictSame(clean([{ 'k\0': ['\udc00', { deep: '\0' }] }, 5]), [{ k: ['\ufffd', { deep: '' }] }, 5])
})

t.test('a key named __proto__ stays a key', async (t) => {
  const cleaned = clean([JSON.parse('{"__proto__": {"x": "\\u0000"}}')])
  t.equal(JSON.stringify(cleaned), '[{"__proto__":{"x":""}}]')
})

t.test('any JSON becomes something that Postgres can hold, and stays so', async () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 5 }).map((s) => `${s}\ud800\0`)
  const anyJson = fc.object({ key: anyText, values: [anyText, fc.integer(), fc.constant(null)], maxDepth: 3 })
  fc.assert(
    fc.property(anyJson, (given) => {
      const cleaned = clean(given)
      const written = JSON.stringify(cleaned)
      return !/\\u0000|\\ud[89a-f]/i.test(written) && clean(cleaned) === cleaned
    }),
  )
})
