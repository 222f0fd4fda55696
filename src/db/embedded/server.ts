import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../errors.ts'
import { programEnvironment } from './binaries.ts'
import type { Home } from './home.ts'
import { lockFile } from './orphan.ts'

/** Replaying the log after a crash can take a while; a server that takes longer is not going to come up. */
const START_LIMIT_SECONDS = 300
/** A fast stop ends all sessions and writes a checkpoint. */
const STOP_LIMIT_SECONDS = 60
const LOG_BYTES_MAX = 10 << 20
const LOG_LINES_SHOWN = 15

/** A PostgreSQL that takes connections. */
export interface Server {
  /** Fulfilled with the reason and the last log lines when the server ends unasked; never after `stop`. */
  readonly exited: Promise<string>
  /** Ends sessions, writes everything down and waits for the end. */
  stop(): Promise<void>
  /** Asks for the same without waiting, for a process that is about to exit. */
  stopSoon(): void
}

/** The port was taken between the choice and the start. */
export class PortTakenError extends Error {
  override name = 'PortTakenError'
}

/** Sessions of a server that was killed still hold its shared memory; they end as soon as they notice. */
export class DataInUseError extends StartupError {
  override name = 'DataInUseError'
}

/**
 * Starts the server and waits until it takes connections on 127.0.0.1.
 * @throws PortTakenError, DataInUseError, or another StartupError with the server's own words.
 */
export async function startServer(
  home: Home,
  port: number,
  logPath: string,
  isDurable: boolean,
): Promise<Server> {
  keepSmall(logPath)
  const logFile = openSync(logPath, 'a', 0o600)
  const logStart = statSync(logPath).size
  const child = spawn(
    join(home.binaries, 'bin', 'postgres'),
    serverArguments(home.cluster, port, isDurable),
    {
      ...home.account,
      cwd: '/',
      env: programEnvironment,
      // A session of its own: Ctrl-C in the terminal goes to us, and we stop the server when our work is done.
      detached: true,
      stdio: ['ignore', logFile, logFile],
    },
  )
  closeSync(logFile)
  const ended = watchEnd(child)
  const lastLines = () =>
    readFileSync(logPath).subarray(logStart).toString().trim().split('\n').slice(-LOG_LINES_SHOWN).join('\n')

  const reason = await untilReady(home.cluster, child, ended)
  if (reason !== undefined) {
    child.kill('SIGQUIT')
    const output = lastLines()
    if (/could not bind|could not create any TCP\/IP sockets/.test(output)) throw new PortTakenError(output)
    const message = `The embedded PostgreSQL did not start (${reason}). Its log, ${logPath}, ends with:\n${output}`
    if (!output.includes('pre-existing shared memory block')) throw new StartupError(message)
    throw new DataInUseError(
      `${message}\nSessions of a server that was killed are still at work. Try again when they have ended, or end them.`,
    )
  }
  // Alone it must not keep this process running.
  child.unref()

  let stopping: Promise<void> | undefined
  const exited = new Promise<string>((resolve) => {
    void ended.then((why) => {
      if (!stopping)
        resolve(`The embedded PostgreSQL ended (${why}). Its log, ${logPath}, ends with:\n${lastLines()}`)
    })
  })
  return {
    exited,
    stop: () => (stopping ??= stopServer(child, ended)),
    stopSoon: () => void child.kill('SIGINT'),
  }
}

/** @returns how the process ended, once it has. */
async function watchEnd(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'exit')
    return signal === null ? `exit code ${code}` : `${signal}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** @returns undefined when the server takes connections, or why it is no use to wait longer. */
async function untilReady(
  cluster: string,
  child: ChildProcess,
  ended: Promise<string>,
): Promise<string | undefined> {
  const deadline = performance.now() + START_LIMIT_SECONDS * 1000
  while (performance.now() < deadline) {
    const reason = await Promise.race([ended, sleep(10)])
    if (reason !== undefined) return reason
    const lock = lockFile(cluster)
    if (lock?.isReady && lock.pid === child.pid) return undefined
  }
  return `not ready after ${START_LIMIT_SECONDS} s`
}

async function stopServer(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.ref()
  child.kill('SIGINT')
  // What is committed survives an immediate stop too: the next start replays the log.
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_LIMIT_SECONDS * 1000)
  await ended
  clearTimeout(timer)
}

const durable = {
  // Checkpoints by the clock: after each, a page is logged whole when it is next changed, which under load was half
  // of the log. Taken only while so much is written within minutes.
  // Without wal_compression: it takes more CPU time than storing an event does, and saved no log.
  max_wal_size: '4GB',
}
const disposable = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

function serverArguments(cluster: string, port: number, isDurable: boolean): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // DETAIL lines quote the rows of a failed statement: message text and phone numbers.
    log_error_verbosity: 'terse',
    // Twice the default, so that the pages of a busy minute stay in memory; taken as it is needed.
    shared_buffers: '256MB',
    ...(isDurable ? durable : disposable),
  }
  return ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

function keepSmall(logPath: string): void {
  const size = statSync(logPath, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_BYTES_MAX) renameSync(logPath, `${logPath}.old`)
}
