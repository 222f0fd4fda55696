import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { findEmbeddedPostgres, joinEmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts'
import { kill, log, query, serverPid, start, startOwner, temporaryFolder, until } from './folder.ts'

/** A folder with a database, for tests that leave it as it should be. */
const shared = await temporaryFolder(t)

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
