import { PassThrough } from 'node:stream'
import { InvalidArgumentError } from 'commander'
import { isConfirmed } from '../../src/ops/cli/confirm.ts'
import { Progress } from '../../src/ops/cli/progress.ts'
import { tableText } from '../../src/ops/cli/table.ts'
import { durationOption, purgeAgeOption, timeOption } from '../../src/ops/cli/times.ts'
import { ageText, durationText, shorten } from '../../src/ops/words.ts'
import t from '../helper/tap.ts'

/** A stream that passes for a terminal. */
function terminal(isTTY: boolean) {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY })
  const written = () => String(stream.read() ?? '')
  return { stream, written }
}

t.test('times', async (t) => {
  await t.test('are durations, in seconds', async (t) => {
    for (const [text, seconds] of Object.entries({
      '90s': 90,
      '15m': 900,
      '2h': 7_200,
      '3d': 259_200,
      '1w': 604_800,
    })) {
      t.equal(durationOption(text), seconds)
    }
    for (const text of ['', '5', 'h', '-5h', '1.5h', '5 h', '5y', '1h30m', '9999999999d']) {
      t.throws(() => durationOption(text), InvalidArgumentError, text)
    }
  })

  await t.test('are of at least 28 hours for a purge', async (t) => {
    t.equal(purgeAgeOption('28h'), 28 * 3_600)
    t.throws(() => purgeAgeOption('27h'), /at least 28h/)
  })

  await t.test('are points: how long ago, or ISO 8601', async (t) => {
    t.ok(Math.abs(timeOption('2h').getTime() - (Date.now() - 7_200_000)) < 1_000)
    t.same(timeOption('2026-05-01T12:00:00.5Z'), new Date('2026-05-01T12:00:00.500Z'))
    t.same(timeOption('2026-05-01T12:00+02:00'), new Date('2026-05-01T10:00:00Z'))
    t.same(timeOption('2026-05-01 12:00z'), new Date('2026-05-01T12:00:00Z'))
    t.same(timeOption('2026-05-01'), new Date(2026, 4, 1), 'in this machine’s zone where none is given')
    t.same(timeOption('2024-02-29T00:00'), new Date(2024, 1, 29))
    for (const text of [
      '2026-02-29',
      '2026-13-01',
      '2026-05-01T24:01',
      '01.05.2026',
      'now',
      '2026-05-01Z',
      '',
    ]) {
      t.throws(() => timeOption(text), InvalidArgumentError, text)
    }
  })
})

t.test('words', async (t) => {
  t.same([0, 59, 61, 3_600, 3_900, 90_000, 86_400 * 3].map(ageText), [
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '1 h 5 min',
    '1 d 1 h',
    '3 d',
  ])
  t.same([null, 0.0083, 1.234, 90].map(durationText), ['-', '8 ms', '1.23 s', '1 min'])
  t.equal(shorten('one\n two   three', 10), 'one two t…')
})

t.test('a table is as wide as it needs, with numbers at the right', async (t) => {
  const text = tableText(
    [{ title: 'name' }, { title: 'n', right: true }],
    [
      ['a', '1'],
      ['longer', '1,000'],
    ],
  )
  t.equal(text, 'name        n\na           1\nlonger  1,000')
})

t.test('a question', async (t) => {
  const what = 'Remove 3 events'

  await t.test('is not asked where --yes was said', async (t) => {
    const { stream, written } = terminal(true)
    t.equal(await isConfirmed({ what, yes: true, json: false }, { input: stream, output: stream }), true)
    t.equal(written(), '')
  })

  await t.test('is answered by no where nobody can be asked', async (t) => {
    for (const [isTTY, json] of [
      [false, false],
      [true, true],
    ] as const) {
      const { stream, written } = terminal(isTTY)
      t.equal(await isConfirmed({ what, yes: undefined, json }, { input: stream, output: stream }), false)
      t.equal(
        written(),
        'Remove 3 events? Nothing was done: say --yes to do it, or --dry-run to count only.\n',
      )
    }
  })

  await t.test('is answered at the terminal, by no unless it is yes', async (t) => {
    for (const [answer, goesOn] of [
      ['y\n', true],
      ['YES\n', true],
      ['\n', false],
      ['no\n', false],
      ['', false],
    ] as const) {
      const input = terminal(true).stream
      const output = terminal(true)
      const asked = isConfirmed({ what, yes: undefined, json: undefined }, { input, output: output.stream })
      if (answer === '') input.end()
      else input.write(answer)
      t.equal(await asked, goesOn, JSON.stringify(answer))
      t.match(output.written(), 'Remove 3 events? [y/N]')
    }
  })
})

t.test('a progress bar', async (t) => {
  await t.test('is drawn over itself on a terminal, and taken away', async (t) => {
    const { stream, written } = terminal(true)
    let now = 0
    const progress = new Progress('Replaying', 2_000, stream, () => now)
    now = 1_000
    progress.show(1_000)
    const drawn = written()
    t.ok(drawn.startsWith('\r\x1b[KReplaying'))
    t.match(drawn, /█{15}░{15} 1,000 of 2,000 events, 1,000\/s$/)
    now += 99
    progress.show(2_000)
    t.equal(written(), '', 'not more often than one can see')
    now += 1
    progress.show(2_000)
    t.match(written(), /█{30} 2,000 of 2,000 events/)
    progress.end()
    t.equal(written(), '\r\x1b[K')
  })

  await t.test('is not there in a file', async (t) => {
    const { stream, written } = terminal(false)
    const progress = new Progress('Replaying', 2_000, stream)
    progress.show(1_000)
    progress.end()
    t.equal(written(), '')
  })
})
