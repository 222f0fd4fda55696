import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { createTestDatabase } from '../helper/postgres.ts'
import { runOps } from './command.ts'

const embeddedOwner = join(import.meta.dirname, '../helper/embedded-owner.ts')

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

t.test('--help shows the commands and the options of each', async (t) => {
  for (const args of [['--help'], ['replay', '--help'], ['help', 'purge']]) {
    const { code, stdout } = await runOps(args, {})
    t.match({ code, stdout }, { code: 0, stdout: /^Usage: npm run ops -- / })
  }
})

t.test(
  'a database that is missing or not ready is told with what to do, and never its password',
  async (t) => {
    const url = await createTestDatabase(t)
    const empty = await runOps(['status'], { DATABASE_URL: url })
    t.match(empty, { code: 1, stdout: '', stderr: /Schema openphone lacks .*Run `npm run migrate`\./ })

    const away = await runOps(['replay', '--status', 'failed', '--yes'], { DATABASE_URL: NOWHERE })
    t.match(away, {
      code: 1,
      stdout: '',
      stderr: /No database answers at 127\.0\.0\.1:9\/nothing \(ECONNREFUSED\)/,
    })
    t.notMatch(away.stderr, /hidden/)

    const other = new URL(url)
    other.pathname = '/there_is_no_such_database'
    const missing = await runOps(['redrive', '--yes'], { DATABASE_URL: other.href })
    t.match(missing, { code: 1, stderr: /There is no such database at .*there_is_no_such_database/ })

    const bad = await runOps(['status'], { DATABASE_URL: 'mysql://127.0.0.1/x' })
    t.match(bad, { code: 1, stderr: /DATABASE_URL: must be a postgres:/ })
  },
)

t.test('without DATABASE_URL the embedded database is used', async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'openphone-ops-'))
  t.teardown(() => rm(cwd, { recursive: true, force: true }))
  // As root the server runs as another user, who must reach it.
  await chmod(cwd, 0o711)

  await t.test('and it is said how to come by one that does not run', async (t) => {
    const { code, stderr } = await runOps(['status'], {}, cwd)
    t.match({ code, stderr }, { code: 1, stderr: /DATABASE_URL is not set.*Run npm start first/ })
  })

  await t.test('where a process runs it', async (t) => {
    const owner = spawn(process.execPath, [embeddedOwner, join(cwd, '.data')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const exited = once(owner, 'exit')
    t.teardown(async () => {
      owner.kill('SIGTERM')
      await exited
    })
    const [announcement] = await once(owner.stdout, 'data')
    t.match(JSON.parse(String(announcement)), { url: String })
    const { code, stderr } = await runOps(['status'], {}, cwd)
    t.match({ code, stderr }, { code: 1, stderr: /Schema openphone lacks/ }, 'which is empty yet')
  })
})
