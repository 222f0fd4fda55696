import fc from 'fast-check'
import { isDeeperThan } from '../../src/webhook/nesting.ts'
import t from '../helper/tap.ts'

t.test('the limit itself is allowed and one more is not', async (t) => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ] as const) {
    const levels = open.startsWith('[{') ? 2 : 1
    const nested = (times: number) => Buffer.from(`${open.repeat(times)}1${close.repeat(times)}`)
    t.notOk(isDeeperThan(8, nested(8 / levels)), open)
    t.ok(isDeeperThan(8 - 1, nested(8 / levels)), open)
  }
})

t.test('brackets inside strings do not count', async (t) => {
  for (const text of ['"[[[["', '"\\"[[[["', '"\\\\\\"{{{{"', '["é[[[[\\\\","[[[["]', '{"[[[[":"{{{{"}']) {
    t.notOk(isDeeperThan(1, Buffer.from(text)), text)
  }
})

t.test('brackets after an escaped backslash count', async (t) => {
  t.ok(isDeeperThan(1, Buffer.from('["\\\\",["a"]]')))
})

t.test('it agrees with the depth of the parsed value, whatever the value', async () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1), (value, space) => {
      const json = Buffer.from(JSON.stringify(value, null, space))
      const depth = depthOf(value)
      return !isDeeperThan(depth, json) && (depth === 0 || isDeeperThan(depth - 1, json))
    }),
  )
})

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}
