import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../errors.ts'
import { commandLine } from './processes.ts'

const FAST_STOP_SECONDS = 30
const IMMEDIATE_STOP_SECONDS = 10

/**
 * Ends a server that runs on the data directory although no process of ours owns it: its owner was killed.
 * Nothing is lost; at worst the next start replays the log.
 * @returns notes saying so.
 * @throws StartupError when it does not end.
 */
export async function stopOrphan(cluster: string): Promise<string[]> {
  const pid = lockFile(cluster)?.pid
  if (pid === undefined) return []
  if (!isServerOf(pid, cluster)) {
    disownStranger(cluster, pid)
    return []
  }
  const note = `A PostgreSQL (process ${pid}) was still running on ${cluster} without the process that had started it: it was stopped and started again.`
  // As `pg_ctl stop`: fast, and failing that immediate. PostgreSQL's documentation, "Shutting Down the Server".
  if (await end(pid, cluster, 'SIGINT', FAST_STOP_SECONDS)) return [note]
  if (await end(pid, cluster, 'SIGQUIT', IMMEDIATE_STOP_SECONDS)) return [note]
  throw new StartupError(
    `A PostgreSQL (process ${pid}) runs on ${cluster} and does not stop. Stop it, or set DATABASE_URL.`,
  )
}

/** The first and the eighth line of `postmaster.pid`: the server's pid and whether it takes connections. */
export function lockFile(cluster: string): { pid: number; isReady: boolean } | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(lines[0])
    return Number.isInteger(pid) && pid > 1 ? { pid, isReady: lines[7]?.trim() === 'ready' } : undefined
  } catch {
    return undefined
  }
}

function isServerOf(pid: number, cluster: string): boolean {
  return commandLine(pid)?.includes(cluster) ?? false
}

/**
 * PostgreSQL does not start while the pid in its lock file belongs to any process, which after a restart of the machine
 * may be a stranger. It does not mind its parent's pid, so ours goes in. The file stays: its other lines let the server
 * make sure by the shared memory that nothing else uses the data.
 */
function disownStranger(cluster: string, pid: number): void {
  if (commandLine(pid) === undefined) return
  const path = join(cluster, 'postmaster.pid')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^\d+/, String(process.pid)))
}

async function end(
  pid: number,
  cluster: string,
  signal: NodeJS.Signals,
  limitSeconds: number,
): Promise<boolean> {
  const deadline = performance.now() + limitSeconds * 1000
  try {
    process.kill(pid, signal)
  } catch {
    return !isServerOf(pid, cluster)
  }
  while (isServerOf(pid, cluster)) {
    if (performance.now() > deadline) return false
    await sleep(10)
  }
  return true
}
