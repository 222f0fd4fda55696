import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startEmbeddedPostgres } from '../../src/db/embedded.ts'
import { kill, log, ownerScript, query, start, temporaryFolder, until } from './folder.ts'

/** A folder with a database, for tests that leave it as it should be. */
const shared = await temporaryFolder(t)

const mode = (path: string) => statSync(path).mode & 0o777

t.test('data of another major version is left alone', async (t) => {
  const folder = shared
  await (await start(t, folder)).stop()
  const versionFile = join(folder, 'postgres', 'PG_VERSION')
  const version = await readFile(versionFile, 'utf8')
  await writeFile(versionFile, '15\n')

  await t.rejects(startEmbeddedPostgres({ dataFolder: folder, log }), {
    name: 'StartupError',
    message:
      /made by PostgreSQL 15, and the embedded one is PostgreSQL \d+\. Move the folder away .* set DATABASE_URL/,
  })
  await writeFile(versionFile, version)
  await start(t, folder)
  t.strictSame(await readdir(folder), ['postgres', 'postgres.json', 'postgres.log'])
})

t.test('a first start that was killed half-way is begun again', async (t) => {
  const folder = await temporaryFolder(t)
  const child = spawn(process.execPath, [ownerScript, folder], { stdio: 'ignore' })
  const isDraft = (name: string) =>
    name.startsWith('postgres.new-') && existsSync(join(folder, name, 'PG_VERSION'))
  await until(() => readdirSync(folder).some(isDraft))
  await kill(child)
  t.notOk(existsSync(join(folder, 'postgres')))

  await start(t, folder)
  t.strictSame(await readdir(folder), ['postgres', 'postgres.json', 'postgres.log'])
})

t.test('a folder that is no finished database is put aside, not deleted', async (t) => {
  const folder = await temporaryFolder(t)
  await mkdir(join(folder, 'postgres', 'base'), { recursive: true })
  await writeFile(join(folder, 'postgres', 'precious'), 'rows')

  const { notes } = await start(t, folder)
  const aside = (await readdir(folder)).find((name) => name.startsWith('postgres.unfinished-')) ?? ''
  t.match(notes.join(), join(folder, aside))
  t.equal(await readFile(join(folder, aside, 'precious'), 'utf8'), 'rows')
})

t.test('data without its password is left alone', async (t) => {
  const folder = shared
  await (await start(t, folder)).stop()
  const passwordFile = join(folder, 'postgres', 'openphone-pipeline.password')
  await rename(passwordFile, join(folder, 'elsewhere'))
  await t.rejects(startEmbeddedPostgres({ dataFolder: folder, log }), {
    name: 'StartupError',
    message: /Put it back/,
  })
  await rename(join(folder, 'elsewhere'), passwordFile)
  await start(t, folder)
})

t.test('data, password, log and the file with the URL are private, whatever the umask', async (t) => {
  const folder = join(await temporaryFolder(t), '.data')
  const umask = process.umask(0)
  t.teardown(() => process.umask(umask))
  const postgres = await startEmbeddedPostgres({ dataFolder: folder, log, isDisposable: true })
  t.teardown(() => postgres.stop())
  t.equal(mode(folder) & 0o067, 0)
  t.equal(mode(join(folder, 'postgres')), 0o700)
  for (const file of ['postgres.json', 'postgres.log', 'postgres/openphone-pipeline.password']) {
    t.equal(mode(join(folder, file)), 0o600, file)
  }
  await t.test('and a disposable server leaves no data', async (t) => {
    t.strictSame(await query(postgres.url, 'show fsync'), [{ fsync: 'off' }])
    await postgres.stop()
    t.strictSame(await readdir(folder), ['postgres.log'])
  })
})
