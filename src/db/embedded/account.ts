import { execFileSync, spawnSync } from 'node:child_process'
import { StartupError } from '../../errors.ts'
import type { Account } from './binaries.ts'

const NAME = 'postgres'

/** Whether this process is root, as which PostgreSQL refuses to run. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/**
 * The system's `postgres` user, made when there is none. For root only.
 * @throws StartupError when it cannot be made.
 */
export function postgresAccount(): NonNullable<Account> {
  const known = lookUp()
  if (known) return known
  try {
    execFileSync('groupadd', ['--system', '--force', NAME], { stdio: 'pipe' })
    execFileSync(
      'useradd',
      [
        '--system',
        '--gid',
        NAME,
        '--no-create-home',
        '--home-dir',
        '/nonexistent',
        '--shell',
        '/usr/sbin/nologin',
        NAME,
      ],
      { stdio: 'pipe' },
    )
  } catch (error) {
    throw new StartupError(
      `PostgreSQL does not run as root, and its user "${NAME}" could not be made. Run this as an ordinary user, make that user, or set DATABASE_URL.`,
      { cause: error },
    )
  }
  const made = lookUp()
  if (!made)
    throw new StartupError(
      `The user "${NAME}" was made but is not found. Set DATABASE_URL, or run this as an ordinary user.`,
    )
  return made
}

function lookUp(): NonNullable<Account> | undefined {
  const [uid, gid] = [idOf('-u'), idOf('-g')]
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

function idOf(option: '-u' | '-g'): number | undefined {
  const { status, stdout } = spawnSync('id', [option, NAME], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : undefined
}

/** Whether the account can enter the folder. Tried, not worked out: access lists and mounts have a say too. */
export function canEnter(folder: string, account: NonNullable<Account>): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { ...account, stdio: 'ignore' }).status === 0
  )
}
