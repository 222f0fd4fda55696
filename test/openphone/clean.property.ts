import fc from 'fast-check'
import t from 'tap'
import { clean } from '../../src/openphone/clean.ts'

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
