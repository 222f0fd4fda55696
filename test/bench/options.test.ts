import { CommanderError } from 'commander'
import t from '../helper/tap.ts'
import { readOptions, scenariosFor, sizesFor } from './options.ts'
import { scenarios } from './scenarios/index.ts'

const given = (...args: string[]) => readOptions(['node', 'bench', ...args])
const namesFor = (...args: string[]) => scenariosFor(given(...args)).map(({ name }) => name)

t.test('scenarios are chosen by letter or name, and run in their own order', async (t) => {
  t.strictSame(namesFor('--only', 'drain-mix,a'), ['ingest', 'drain-mix'])
  t.strictSame(namesFor('--only', 'memory'), ['memory'])
})

t.test('the long ones run only when asked for', async (t) => {
  t.notOk(namesFor().includes('growth'))
  t.strictSame(
    namesFor('--all'),
    scenarios.map(({ name }) => name),
  )
})

t.test('no two scenarios share a letter or a name', async (t) => {
  const words = scenarios.flatMap(({ letter, name }) => [letter, name])
  t.equal(new Set(words).size, words.length)
})

t.test('an unknown scenario and a number that is none are refused', async (t) => {
  for (const args of [
    ['--only', 'a,drian'],
    ['--connections', '1,x'],
    ['--events', '0'],
  ]) {
    t.throws(() => given(...args), CommanderError, args.join(' '))
  }
})

t.test('a quick run is quick in every size', async (t) => {
  const full = sizesFor(given())
  const quick = sizesFor(given('--quick'))
  for (const [name, size] of Object.entries(quick)) {
    const most = Object.entries(full).find(([other]) => other === name)?.[1]
    if (typeof size === 'number' && typeof most === 'number') t.ok(size <= most, name)
  }
})
