import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.ts'
import type { Measurement } from '../measurement.ts'
import type { Scenario } from './scenario.ts'

const TABLE = 'l. npm start, until /readyz says so'
const LIMIT_SECONDS = 60

const project = fileURLToPath(new URL('../../..', import.meta.url))

/** What a user does: `npm start` in the project's folder, first without data, then with what that left. */
export const startUp: Scenario = {
  letter: 'l',
  name: 'start-up',
  about: 'npm start on the embedded PostgreSQL, the first and the second time',
  run: async (bench) => {
    const folder = await copyProject()
    try {
      const rows: Measurement[] = []
      for (const label of ['first start: makes the database', 'second start']) {
        bench.progress(`l  ${label}`)
        const seconds = await startAndStop(bench, folder)
        bench.progress(`   ${seconds.toFixed(2)} s`)
        rows.push({ table: TABLE, label, figures: { seconds } })
      }
      return rows
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/** Open to others, as /home/somebody is to PostgreSQL's user. */
async function copyProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'openphone-start-'))
  await chmod(folder, 0o755)
  for (const part of ['package.json', 'src', 'sql']) {
    await cp(join(project, part), join(folder, part), { recursive: true })
  }
  await mkdir(join(folder, 'node_modules'))
  for (const name of await readdir(join(project, 'node_modules'))) {
    // What other starts compiled, a first one does not have.
    if (name !== '.cache')
      await symlink(join(project, 'node_modules', name), join(folder, 'node_modules', name))
  }
  return folder
}

async function startAndStop(bench: Bench, folder: string): Promise<number> {
  const port = await freePort()
  const logFile = join(folder, 'start.log')
  await writeFile(logFile, '')
  const says = async (word: string) => (await readFile(logFile, 'utf8')).includes(word)
  const started = performance.now()
  const { child, ended } = bench.processes.start({
    command: 'npm',
    args: ['start'],
    folder,
    // Nor does npm ask whether there is a newer one.
    env: { PORT: String(port), HOME: folder, npm_config_update_notifier: 'false' },
    output: { file: logFile },
  })
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
  })
  try {
    await until(async () => {
      bench.signal.throwIfAborted()
      if (hasEnded) throw new Error(`npm start ended:\n${await readFile(logFile, 'utf8')}`)
      return isReady(port)
    })
    return (performance.now() - started) / 1000
  } finally {
    // npm, its shell and the application are one group; the application is the last to go, with its database.
    signalGroup(child.pid, 'SIGTERM')
    await until(async () => !signalGroup(child.pid, 0) || says('"event":"stopped"'))
    await ended
  }
}

/** @returns whether there is still somebody in it. */
function signalGroup(pid: number | undefined, signal: 'SIGTERM' | 0): boolean {
  try {
    return pid !== undefined && process.kill(-pid, signal)
  } catch {
    return false
  }
}

/** Waits until it is so. @throws Error when that takes too long. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_SECONDS * 1000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`npm start took longer than ${LIMIT_SECONDS} s`)
    await sleep(10)
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('A server without a port')
  return address.port
}
