import t from '../helper/tap.ts'
import { runOps, spawnOps } from './command.ts'

/** Nothing listens there. */
const NOWHERE = 'postgres://someone:hidden@127.0.0.1:9/nothing'

t.test('what is not understood is told, with exit code 2, before anything is opened', async (t) => {
  const cases: [args: string[], says: RegExp][] = [
    [[], /Usage: npm run ops --/],
    [['dance'], /unknown command 'dance'/],
    [['show'], /missing required argument 'id'/],
    [['status', '--loud'], /unknown option '--loud'/],
    [
      ['failures', '--since', 'yesterday'],
      /It must be a time such as 2026-05-01.* or how long ago, as in 2h/,
    ],
    [['failures', '--since', '2026-02-30'], /It must be a time such as/],
    [['failures', '--since', '2026-05-01T25:00'], /It must be a time such as/],
    [['failures', '--limit', '0'], /It must be a whole number from 1/],
    [['replay'], /Which events\? Give their ids, or a filter/],
    [['replay', '--yes'], /Which events\?/],
    [['replay', 'some-id', '--type', 'call.completed'], /either ids or a filter/],
    [['replay', '--status', 'broken'], /Allowed choices are failed, processed, ignored, received/],
    [['replay', '--since', '1h', '--until', '2h'], /--since must be before --until/],
    [['redrive', '--limit', 'all'], /It must be a whole number from 1/],
    [['purge'], /required option '--older-than <age>' not specified/],
    [['purge', '--older-than', '90'], /It must be a number and s, m, h, d or w, as in 90d/],
    [['purge', '--older-than', '27h'], /It must be at least 28h: OpenPhone repeats deliveries/],
  ]
  for (const [args, says] of cases) {
    const { code, stdout, stderr } = await runOps(args, { DATABASE_URL: NOWHERE })
    t.match({ code, stdout, stderr }, { code: 2, stdout: '', stderr: says }, args.join(' ') || 'nothing')
  }
})

t.test('the exit code is that of the process', async (t) => {
  const { code, stderr } = await spawnOps(['dance'], {})
  t.match({ code, stderr }, { code: 2, stderr: /unknown command 'dance'/ })
})

t.test('--help shows the commands and the options of each', async (t) => {
  for (const args of [['--help'], ['replay', '--help'], ['help', 'purge']]) {
    const { code, stdout } = await runOps(args, {})
    t.match({ code, stdout }, { code: 0, stdout: /^Usage: npm run ops -- / })
  }
})
