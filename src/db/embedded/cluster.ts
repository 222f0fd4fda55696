import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartupError } from '../../errors.ts'
import { errorCode } from '../../private-file.ts'
import { programEnvironment } from './binaries.ts'
import type { Home } from './home.ts'

/** The superuser's password lies in the data directory, so that moving the folder moves both. */
const PASSWORD_FILE = 'openphone-pipeline.password'

/**
 * Makes the data directory if there is none, and checks that these programs can read it.
 * @returns the superuser's password, and a note if something unfinished was put aside.
 * @throws StartupError when it is of another major version, lacks its password, or cannot be made.
 */
export async function prepareCluster(
  home: Home,
  isDurable: boolean,
): Promise<{ password: string; notes: string[] }> {
  const notes = await putAsideUnfinished(home.cluster)
  if (!existsSync(home.cluster)) await createCluster(home, isDurable)
  const major = readFileSync(join(home.cluster, 'PG_VERSION'), 'utf8').trim()
  if (major !== home.major) {
    throw new StartupError(
      `The data in ${home.cluster} was made by PostgreSQL ${major}, and the embedded one is PostgreSQL ${home.major}. Move the folder away to start empty, or set DATABASE_URL to a PostgreSQL ${major} that serves it.`,
    )
  }
  try {
    return { password: readFileSync(join(home.cluster, PASSWORD_FILE), 'utf8').trim(), notes }
  } catch (error) {
    throw new StartupError(
      `The password of the data in ${home.cluster} is not there (${PASSWORD_FILE}: ${errorCode(error)}). Put it back, move the folder away to start empty, or set DATABASE_URL.`,
      { cause: error },
    )
  }
}

/** A folder without these two was never finished, and not by us: ours gets its name only when it is complete. */
async function putAsideUnfinished(cluster: string): Promise<string[]> {
  if (!existsSync(cluster)) return []
  if (['PG_VERSION', 'global/pg_control'].every((file) => existsSync(join(cluster, file)))) return []
  if (readdirSync(cluster).length === 0) {
    rmdirSync(cluster)
    return []
  }
  const aside = `${cluster}.unfinished-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  await rename(cluster, aside)
  return [
    `The data in ${cluster} was not a finished database: it is now in ${aside}, and a new one was made.`,
  ]
}

const execFileText = promisify(execFile)

/** Runs initdb under another name and renames the result, so that an interrupted run leaves nothing half-made. */
async function createCluster({ account, binaries, cluster }: Home, isDurable: boolean): Promise<void> {
  const parent = dirname(cluster)
  const draftPrefix = `${basename(cluster)}.new-`
  for (const leftover of readdirSync(parent).filter((name) => name.startsWith(draftPrefix))) {
    // An initdb whose process was killed may go on for a moment and put files back.
    await rm(join(parent, leftover), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
  const draft = join(parent, `${draftPrefix}${process.pid}`)
  const passwordFile = `${draft}.password`
  await mkdir(draft, { mode: 0o700 })
  writeFileSync(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  if (account) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid)
  try {
    await execFileText(join(binaries, 'bin', 'initdb'), initdbArguments(draft, passwordFile, isDurable), {
      ...account,
      cwd: '/',
      env: programEnvironment,
    })
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    await rm(passwordFile, { force: true })
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new StartupError(`A database could not be made in ${parent}: ${output}`, { cause: error })
  }
  await rename(passwordFile, join(draft, PASSWORD_FILE))
  await rename(draft, cluster)
  if (isDurable) await syncFolder(parent)
}

function initdbArguments(folder: string, passwordFile: string, isDurable: boolean): string[] {
  return [
    `--pgdata=${folder}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Sorts by code point and knows all of Unicode's letters, the same on every machine.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(isDurable ? [] : ['--no-sync']),
  ]
}

/** A rename survives a power cut once the folder itself is on disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}
