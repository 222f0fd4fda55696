import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { errorCode } from '../../../src/private-file.ts'

/** A file system of its own that a test can fill. */
export interface SmallDisk {
  readonly folder: string
  /** Takes all the space that is left. */
  fill(): void
  /** Gives it back. */
  free(): void
}

/** Whether this process may mount; otherwise why not. */
export function cannotMount(): string | false {
  const folder = mkdtempSync(join(tmpdir(), 'openphone-disk-'))
  const isMounted = mount(folder, 1)
  if (isMounted) unmount(folder)
  rmSync(folder, { recursive: true })
  return isMounted ? false : 'a file system cannot be mounted here: that takes root with CAP_SYS_ADMIN'
}

/** Mounts a file system in memory; it goes with the test. */
export function mountSmallDisk(t: Test, mebibytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'openphone-disk-'))
  if (!mount(folder, mebibytes)) throw new Error(`cannot mount on ${folder}`)
  t.teardown(() => {
    unmount(folder)
    rmSync(folder, { recursive: true, force: true })
  })
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill() {
      const { bavail, bsize } = statfsSync(folder)
      try {
        writeFileSync(ballast, Buffer.alloc(bavail * bsize), { flag: 'a' })
      } catch (error) {
        // Postgres was quicker; whatever was left is taken.
        if (errorCode(error) !== 'ENOSPC') throw error
      }
    },
    free: () => rmSync(ballast, { force: true }),
  }
}

function mount(folder: string, mebibytes: number): boolean {
  const options = `size=${mebibytes}m,mode=0755`
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0
}

function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder])
}
