import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'
import { spawnBound } from './bound.ts'
import { freePort, type Server } from './server.ts'

const START_LIMIT_MS = 5_000

/** Whether PgBouncer is here; otherwise what to do. */
export function noBouncer(): string | false {
  const { status } = spawnSync('pgbouncer', ['--version'], { stdio: 'ignore' })
  return status === 0 ? false : 'pgbouncer is not installed (Debian: apt-get install pgbouncer)'
}

/** Starts PgBouncer in transaction mode before a server; it goes with the test. @returns its port. */
export async function startBouncer(t: Test, server: Server): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'openphone-bouncer-'))
  const port = await freePort()
  const { username, password } = new URL(server.url)
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'plain',
    auth_file: join(folder, 'users.txt'),
    pool_mode: 'transaction',
    default_pool_size: 10,
    // What the application asks for as a session begins; see README.
    ignore_startup_parameters: 'statement_timeout,idle_in_transaction_session_timeout',
    // Its default keeps a database that is back waiting for 15 s.
    server_login_retry: 1,
    logfile: join(folder, 'log'),
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const config = join(folder, 'pgbouncer.ini')
  writeFileSync(
    config,
    `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\n${lines.join('\n')}\n`,
  )
  writeFileSync(join(folder, 'users.txt'), `"${username}" "${decodeURIComponent(password)}"\n`)
  // It does not run as root either.
  const { account } = server.home
  if (account) {
    chmodSync(folder, 0o700)
    for (const path of [folder, config, join(folder, 'users.txt')]) chownSync(path, account.uid, account.gid)
  }
  const child = spawnBound(
    'pgbouncer',
    ['--quiet', config],
    { ...account, cwd: '/', stdio: 'ignore' },
    'SIGKILL',
  )
  const ended = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  for (const deadline = performance.now() + START_LIMIT_MS; !(await answers(port)); await sleep(20)) {
    if (performance.now() > deadline)
      throw new Error(`pgbouncer does not answer (exit code ${child.exitCode})`)
  }
  return port
}

async function answers(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
