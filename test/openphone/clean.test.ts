import { clean } from '../../src/openphone/clean.ts'
import t from '../helper/tap.ts'

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
