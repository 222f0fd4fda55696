import { readdirSync, readFileSync } from 'node:fs'

// What Linux tells of processes. Elsewhere there is no /proc, and nothing of this is known.

/** Of a second; the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

interface Stat {
  readonly parent: number
  /** Of its own, ended threads included. */
  readonly ownTicks: number
  /** Of children that have ended and were waited for. */
  readonly endedTicks: number
}

/** CPU seconds, user and system, that a process has taken; NaN when that is not known. */
export function cpuSeconds(pid: number): number {
  const stat = readStat(pid)
  return stat === undefined ? Number.NaN : stat.ownTicks / TICKS_PER_SECOND
}

/**
 * CPU seconds that a process and its children have taken, those that have ended too, as long as they had no
 * children of their own: a PostgreSQL server with all its sessions. NaN when that is not known.
 */
export function cpuSecondsWithChildren(pid: number): number {
  const stat = readStat(pid)
  if (stat === undefined) return Number.NaN
  let ticks = stat.ownTicks + stat.endedTicks
  for (const entry of readdirSync('/proc')) {
    const child = /^\d+$/.test(entry) ? readStat(Number(entry)) : undefined
    if (child?.parent === pid) ticks += child.ownTicks
  }
  return ticks / TICKS_PER_SECOND
}

/** The process that started this one; undefined when that is not known. */
export function parentOf(pid: number): number | undefined {
  return readStat(pid)?.parent
}

/** Bytes of memory that a process has now, and the most it had; NaN when that is not known. */
export function residentBytes(pid: number): { now: number; most: number } {
  const status = read(`/proc/${pid}/status`) ?? ''
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1])
  return { now: kilobytes('VmRSS') * 1024, most: kilobytes('VmHWM') * 1024 }
}

function readStat(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The second field is the program's name, in brackets, and may hold anything. The state comes after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((index) =>
    Number(fields[index]),
  )
  if (parent === undefined || user === undefined || system === undefined) return undefined
  return { parent, ownTicks: user + system, endedTicks: (endedUser ?? 0) + (endedSystem ?? 0) }
}

/** Undefined when it is not there, or not any more. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
