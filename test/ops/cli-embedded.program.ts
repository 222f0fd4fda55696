import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { spawnOps } from './command.ts'

const embeddedOwner = join(import.meta.dirname, '../helper/embedded-owner.ts')

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
