import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'

/** The error code of a failed system call, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Makes a folder, and those above it, that only its owner may enter. One that is there stays as it is. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/**
 * Creates a file of mode 0600 with all of its text at once: whoever sees the file sees the whole of it,
 * and of several processes that create it together exactly one succeeds.
 * @returns false when the file is already there; it is then left alone.
 */
export function createPrivateFile(path: string, text: string): boolean {
  const draft = `${path}.${randomUUID()}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
    // A rename would replace the other process's file; a link refuses to.
    linkSync(draft, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    closeSync(file)
    rmSync(draft, { force: true })
  }
}
