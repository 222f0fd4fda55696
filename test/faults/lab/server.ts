import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { packagedBinaries, programEnvironment } from '../../../src/db/embedded/binaries.ts'
import { prepareCluster } from '../../../src/db/embedded/cluster.ts'
import { chooseHome, type Home, removeCluster } from '../../../src/db/embedded/home.ts'
import { spawnBound } from './bound.ts'

const START_LIMIT_MS = 30_000

export type ServerSettings = Readonly<Record<string, string | number>>

/** A PostgreSQL of the test's own, durable as by default, that the test may do anything to. */
export class Server {
  readonly port: number
  readonly home: Home
  readonly #password: string
  readonly #settings: ServerSettings
  readonly #logPath: string
  #child: ChildProcess | undefined
  crashes = 0

  /** @param logPath not beside the data, whose disk a test may fill. */
  constructor(home: Home, password: string, port: number, settings: ServerSettings, logPath: string) {
    this.home = home
    this.port = port
    this.#password = password
    this.#settings = settings
    this.#logPath = logPath
  }

  get url(): string {
    return this.urlOn(`127.0.0.1:${this.port}`)
  }

  /** The URL by way of something else, or of several servers with the same data. */
  urlOn(hosts: string): string {
    return `postgres://postgres:${this.#password}@${hosts}/postgres`
  }

  /** Starts it and waits until it answers, as a primary or as a standby. */
  async start(): Promise<void> {
    const log = openSync(this.#logPath, 'a')
    const settings = { ...DEFAULT_SETTINGS, port: this.port, ...this.#settings }
    const child = spawnBound(
      join(this.home.binaries, 'bin', 'postgres'),
      [
        '-D',
        this.home.cluster,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      { ...this.home.account, cwd: '/', env: programEnvironment, stdio: ['ignore', log, log] },
      'SIGQUIT',
    )
    closeSync(log)
    this.#child = child

    const deadline = performance.now() + START_LIMIT_MS
    while (!/^(ready|standby)$/m.test(this.#lockFile(child.pid))) {
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`PostgreSQL did not start:\n${this.log.slice(-2000)}`)
      }
      await sleep(10)
    }
  }

  /** Ends it: fast (SIGINT), or immediate (SIGQUIT), which is a crash as far as the data is concerned. */
  async stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  /** Ends all of its processes without asking any. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined) return
    const ended = once(child, 'exit')
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
    child.kill('SIGKILL')
    for (const pid of children.split(' ')) {
      try {
        process.kill(Number(pid), 'SIGKILL')
      } catch {
        // It has just ended.
      }
    }
    await ended
    // While one of them still holds the shared memory, the next server does not start.
    for (const pid of children.split(' ')) await waitForEnd(pid)
  }

  /** @param how SIGQUIT: an immediate stop; SIGKILL: of all of its processes. */
  async crashAndRestart(how: 'SIGQUIT' | 'SIGKILL' = 'SIGQUIT'): Promise<void> {
    this.crashes += 1
    if (how === 'SIGQUIT') await this.stop('SIGQUIT')
    else await this.kill()
    await this.start()
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null
  }

  get log(): string {
    return readFileSync(this.#logPath, 'utf8')
  }

  /** What stands in postmaster.pid of this very process: its last line tells the state. */
  #lockFile(pid: number | undefined): string {
    try {
      const lines = readFileSync(join(this.home.cluster, 'postmaster.pid'), 'utf8').split('\n')
      return Number(lines[0]) === pid ? (lines[7]?.trim() ?? '') : ''
    } catch {
      return ''
    }
  }

  /** The same server with other settings, for when this one does not run. */
  with(settings: ServerSettings): Server {
    return new Server(this.home, this.#password, this.port, { ...this.#settings, ...settings }, this.#logPath)
  }

  /** A server on a copy of this one's data, which must not be running; not started. */
  async copy(settings: ServerSettings, signalFile?: 'standby.signal'): Promise<Server> {
    const cluster = `${this.home.cluster}-copy`
    await cp(this.home.cluster, cluster, { recursive: true })
    if (signalFile) appendFileSync(join(cluster, signalFile), '')
    const { account } = this.home
    if (account) execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, cluster])
    execFileSync('chmod', ['0700', cluster])
    return new Server(
      { ...this.home, cluster },
      this.#password,
      await freePort(),
      settings,
      `${this.#logPath}-copy`,
    )
  }
}

/** Waits until a process has ended, whether or not its parent has heard of it. */
async function waitForEnd(pid: string): Promise<void> {
  for (;;) {
    try {
      if (/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return
    } catch {
      return
    }
    await sleep(5)
  }
}

const DEFAULT_SETTINGS: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  max_connections: 60,
  shared_buffers: '64MB',
}

/** A free port of this machine. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/**
 * Makes a server with an empty cluster and starts it; it goes with the test.
 * @param folder where the data goes; a new folder that goes with the test when absent.
 */
export async function startServer(
  t: Test,
  settings: ServerSettings = {},
  folder = temporaryFolder(t),
): Promise<Server> {
  const home = await chooseHome(folder, packagedBinaries())
  const { password } = await prepareCluster(home, true)
  const logPath = join(temporaryFolder(t), 'postgres.log')
  const server = new Server(home, password, await freePort(), settings, logPath)
  t.teardown(async () => {
    await server.stop('SIGQUIT')
    await removeCluster(home)
  })
  await server.start()
  return server
}

function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'openphone-faults-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
