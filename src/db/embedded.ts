import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../errors.ts'
import type { Log } from '../log.ts'
import { errorCode, makePrivateFolder } from '../private-file.ts'
import { packagedBinaries } from './embedded/binaries.ts'
import { claimFolder, findOwner } from './embedded/claim.ts'
import { prepareCluster } from './embedded/cluster.ts'
import { chooseHome, type Home, removeCluster } from './embedded/home.ts'
import { stopOrphan } from './embedded/orphan.ts'
import { choosePort, portTaken } from './embedded/port.ts'
import { DataInUseError, PortTakenError, type Server, startServer } from './embedded/server.ts'

/** How long sessions of a killed server are waited for. */
const DATA_IN_USE_SECONDS = 15

export interface EmbeddedPostgresOptions {
  /** Usually `.data`; made if missing (0700). Holds the data, the server's log and who runs it. */
  readonly dataFolder: string
  /** Undefined: 54329, or any free one where that is taken. */
  readonly port?: number | undefined
  readonly log: Log
  /** For tests: a crash of the machine may lose the data, which `stop` removes. */
  readonly isDisposable?: boolean
}

/** A real PostgreSQL run by this process, listening on 127.0.0.1. */
export interface EmbeddedPostgres {
  /** `postgres://…` of a superuser, with the password. */
  readonly url: string
  readonly port: number
  /** What the person starting it should know, a sentence each; logged too. */
  readonly notes: readonly string[]
  /** Fulfilled with the reason when the server ends although nobody asked it to. */
  readonly exited: Promise<string>
  /** Ends the server, with everything written down. Call it last. Once; a second call waits for the first. */
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL on the data folder: makes the database on the first run, takes over from a process that was
 * killed. The server is deaf to the terminal's Ctrl-C and does not keep this process running; should the process exit
 * without `stop`, the server is told to stop too.
 * @throws StartupError for what the person starting it can mend: another process holds the folder, the port is taken,
 * the data is of another major version, the binaries are not installed, …
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await start(options)
  } catch (error) {
    if (error instanceof StartupError || errorCode(error) === undefined) throw error
    const cause = error instanceof Error ? error.message : String(error)
    throw new StartupError(
      `The embedded PostgreSQL cannot use ${options.dataFolder}: ${cause}. Mend that, or set DATABASE_URL.`,
      { cause: error },
    )
  }
}

/** The embedded server of a data folder that a running process owns and that takes connections. */
export function findEmbeddedPostgres(dataFolder: string): { readonly url: string } | undefined {
  const url = findOwner(dataFolder)?.url
  return url === undefined ? undefined : { url }
}

/**
 * As `findEmbeddedPostgres`, for processes that cannot go on without.
 * @throws StartupError saying how to come by one.
 */
export function joinEmbeddedPostgres(dataFolder: string): { readonly url: string } {
  const found = findEmbeddedPostgres(dataFolder)
  if (found) return found
  const owner = findOwner(dataFolder)
  throw new StartupError(
    owner
      ? `The embedded PostgreSQL of ${dataFolder} is still starting (process ${owner.pid}). Try again in a moment.`
      : `DATABASE_URL is not set, and no process runs the embedded PostgreSQL of ${dataFolder}. Run npm start first, or set DATABASE_URL.`,
  )
}

async function start({
  dataFolder: givenFolder,
  port,
  log,
  isDisposable = false,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const startedAt = performance.now()
  makePrivateFolder(givenFolder)
  // One name for the folder, by whatever link it is reached: the claim and the place in /var/lib go by it.
  const dataFolder = realpathSync(givenFolder)
  const claim = claimFolder(dataFolder)
  try {
    const home = await chooseHome(dataFolder, packagedBinaries())
    const orphanNotes = await stopOrphan(home.cluster)
    const cluster = await prepareCluster(home, !isDisposable)
    const listening = await startOnPort(home, port, join(dataFolder, 'postgres.log'), !isDisposable)
    const { server } = listening
    const url = `postgres://postgres:${cluster.password}@127.0.0.1:${listening.port}/postgres`
    claim.announce(listening.port, url)
    const notes = [...home.notes, ...orphanNotes, ...cluster.notes, ...listening.notes]
    log.info({
      event: 'embedded_postgres_started',
      port: listening.port,
      ms: Math.round(performance.now() - startedAt),
      notes,
    })

    const onExit = () => {
      server.stopSoon()
      claim.release()
    }
    process.once('exit', onExit)
    const stop = async () => {
      await server.stop()
      process.off('exit', onExit)
      if (isDisposable) await removeCluster(home)
      claim.release()
    }
    let stopped: Promise<void> | undefined
    return { url, port: listening.port, notes, exited: server.exited, stop: () => (stopped ??= stop()) }
  } catch (error) {
    claim.release()
    throw error
  }
}

/**
 * Chooses again when another program took the chosen port before the server could, and waits a while for what is left
 * of a server that was killed.
 */
async function startOnPort(
  home: Home,
  asked: number | undefined,
  logPath: string,
  isDurable: boolean,
): Promise<{ server: Server; port: number; notes: string[] }> {
  const deadline = performance.now() + DATA_IN_USE_SECONDS * 1000
  for (;;) {
    const chosen = await choosePort(asked)
    try {
      return { ...chosen, server: await startServer(home, chosen.port, logPath, isDurable) }
    } catch (error) {
      if (error instanceof DataInUseError && performance.now() < deadline) await sleep(100)
      else if (!(error instanceof PortTakenError)) throw error
      else if (asked !== undefined) throw portTaken(asked)
    }
  }
}
