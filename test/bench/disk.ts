import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './statistics.ts'

/** `f_type` of file systems that live in memory: tmpfs and ramfs of Linux. */
const MEMORY_FILE_SYSTEMS = [0x01021994, 0x858458f6]

export interface TemporaryFolder {
  readonly path: string
  /** Whether what is written there would survive the machine's end. */
  readonly isOnDisk: boolean
  /** The median of writing 8 kB and waiting until the disk has it. */
  readonly syncMilliseconds: number
}

/** Makes a folder, on a disk if any of the usual places is: a commit that need not wait for one proves nothing. */
export async function makeTemporaryFolder(): Promise<TemporaryFolder> {
  const places = [tmpdir(), '/var/tmp']
  for (const place of places) {
    if (await isOnDisk(place)) return makeIn(place, true)
  }
  return makeIn(tmpdir(), false)
}

async function isOnDisk(place: string): Promise<boolean> {
  try {
    return !MEMORY_FILE_SYSTEMS.includes((await statfs(place)).type)
  } catch {
    return false
  }
}

async function makeIn(place: string, onDisk: boolean): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(place, 'openphone-bench-'))
  const file = join(path, 'sync')
  const syncMilliseconds = timeSync(file)
  await rm(file)
  return { path, isOnDisk: onDisk, syncMilliseconds }
}

function timeSync(file: string): number {
  const handle = openSync(file, 'w')
  const page = Buffer.alloc(8192, 1)
  const times = Array.from({ length: 50 }, () => {
    const started = performance.now()
    writeSync(handle, page)
    fdatasyncSync(handle)
    return performance.now() - started
  })
  closeSync(handle)
  return median(times)
}
