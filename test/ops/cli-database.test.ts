import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { createTestDatabase } from '../helper/postgres.ts'
import { runOps, spawnOps } from './command.ts'

const embeddedOwner = join(import.meta.dirname, '../helper/embedded-owner.ts')

/** Nothing listens there. */
const NOWHERE = 'postgres://someone:hidden@127.0.0.1:9/nothing'

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
    const { code, stderr } = await spawnOps(['status'], {}, cwd)
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
    const { code, stderr } = await spawnOps(['status'], {}, cwd)
    t.match({ code, stderr }, { code: 1, stderr: /Schema openphone lacks/ }, 'which is empty yet')
  })
})
