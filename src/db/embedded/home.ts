import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { cp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StartupError } from '../../errors.ts'
import { canEnter, isRoot, postgresAccount } from './account.ts'
import { type Account, type Binaries, binariesFailure, tryBinaries } from './binaries.ts'

/** Where programs and data go when the server's user reaches neither in the project's folder. */
const SYSTEM_FOLDER = '/var/lib/openphone-pipeline'

/** Where a server runs from and as whom. */
export interface Home {
  /** Undefined: as this process's own user. */
  readonly account: Account
  /** Holds `bin`, `lib` and `share`. */
  readonly binaries: string
  readonly major: string
  /** PostgreSQL's data directory; may not exist yet. The folder above it does. */
  readonly cluster: string
  /** What the person starting it should know. */
  readonly notes: readonly string[]
}

/**
 * Decides where the server of a data folder runs. Ordinarily everything stays where it is. Root hands the server to the
 * owner of the data, or to the user `postgres`, and where that user cannot reach the programs or the data they go to
 * `/var/lib/openphone-pipeline`.
 * @throws StartupError when the programs do not run or the data belongs to another user.
 */
export async function chooseHome(dataFolder: string, packaged: Binaries): Promise<Home> {
  const cluster = join(dataFolder, 'postgres')
  if (!isRoot()) return ordinaryHome(cluster, packaged)

  const clusterOwner = statSync(cluster, { throwIfNoEntry: false })
  const account = clusterOwner?.uid ? { uid: clusterOwner.uid, gid: clusterOwner.gid } : postgresAccount()
  const notes: string[] = []
  let binaries = packaged.folder
  let tried = tryBinaries(binaries, account)
  if ('failure' in tried) {
    // Separates programs that cannot be reached from programs that cannot run.
    const asRoot = tryBinaries(binaries, undefined)
    if ('failure' in asRoot) throw binariesFailure(binaries, asRoot.failure)
    binaries = await copyBinaries(packaged)
    notes.push(`PostgreSQL's user cannot reach ${packaged.folder}: its programs run from ${binaries}.`)
    tried = tryBinaries(binaries, account)
    if ('failure' in tried) throw binariesFailure(binaries, tried.failure)
  }
  const reachable = reachableCluster(dataFolder, cluster, account)
  if (reachable !== cluster) {
    notes.push(`PostgreSQL's user cannot reach ${dataFolder}: its data is in ${reachable}.`)
  }
  return { account, binaries, major: tried.major, cluster: reachable, notes }
}

function ordinaryHome(cluster: string, { folder }: Binaries): Home {
  const owner = statSync(cluster, { throwIfNoEntry: false })?.uid
  if (owner !== undefined && owner !== process.getuid?.()) {
    throw new StartupError(
      `The data in ${cluster} belongs to another user (uid ${owner}), probably because it was made by root. Run this as that user or as root, move the folder away, or set DATABASE_URL.`,
    )
  }
  const tried = tryBinaries(folder, undefined)
  if ('failure' in tried) throw binariesFailure(folder, tried.failure)
  return { account: undefined, binaries: folder, major: tried.major, cluster, notes: [] }
}

/** @returns the place of the data: in the data folder if it can be there, else under /var/lib. */
function reachableCluster(dataFolder: string, cluster: string, account: NonNullable<Account>): string {
  const name = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)
  const systemFolder = join(SYSTEM_FOLDER, name)
  const systemCluster = join(systemFolder, 'postgres')
  const isHere = existsSync(cluster)
  // Data that once went there stays there, even if the project's folder has been opened since.
  if (!isHere && existsSync(systemCluster)) return systemCluster
  if (canEnter(dataFolder, account)) return cluster
  if (canEnter(dirname(dataFolder), account) && statSync(dataFolder).uid === 0) {
    letEnter(dataFolder, account)
    return cluster
  }
  if (isHere) {
    throw new StartupError(
      `PostgreSQL's user (uid ${account.uid}) cannot reach its data in ${cluster}: give it access to the folders above (chmod o+x), move the data away, or set DATABASE_URL.`,
    )
  }
  makeSystemFolder()
  mkdirSync(systemFolder, { recursive: true })
  letEnter(systemFolder, account)
  return systemCluster
}

/** Deletes the data, and the folder made for it under /var/lib. */
export async function removeCluster({ cluster }: Home): Promise<void> {
  const isInSystemFolder = dirname(dirname(cluster)) === SYSTEM_FOLDER
  await rm(isInSystemFolder ? dirname(cluster) : cluster, { recursive: true, force: true })
}

function makeSystemFolder(): void {
  mkdirSync(SYSTEM_FOLDER, { recursive: true })
  // Whatever the umask.
  chmodSync(SYSTEM_FOLDER, 0o755)
}

/** Root keeps the folder; the server's group may pass through it and not list it. */
function letEnter(folder: string, account: NonNullable<Account>): void {
  chownSync(folder, 0, account.gid)
  chmodSync(folder, 0o710)
}

/** Copies the programs once per version; of several processes doing so, one copy stays. */
async function copyBinaries({ folder, version }: Binaries): Promise<string> {
  const target = join(SYSTEM_FOLDER, `binaries-${version}`)
  if (existsSync(target)) return target
  makeSystemFolder()
  const draft = `${target}.${randomUUID()}`
  await cp(folder, draft, { recursive: true, verbatimSymlinks: true })
  // The original may have been installed under a umask that closes it to others.
  execFileSync('chmod', ['-R', 'a+rX', draft])
  try {
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}
