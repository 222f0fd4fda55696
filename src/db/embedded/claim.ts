import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { StartupError } from '../../errors.ts'
import { createPrivateFile, errorCode } from '../../private-file.ts'
import { processIdentity } from './processes.ts'

const schema = Type.Object({
  pid: Type.Integer({ minimum: 1 }),
  /** `processIdentity` of the pid. */
  identity: Type.String(),
  /** There once the server takes connections. */
  port: Type.Optional(Type.Integer()),
  /** With the password. */
  url: Type.Optional(Type.String()),
})

/** The process that runs the server of a data folder, as it says of itself in `postgres.json`. */
export type Owner = Static<typeof schema>

/** A data folder held by this process. */
export interface Claim {
  /** Tells other processes where the server is. */
  announce(port: number, url: string): void
  /** Lets the next process have the folder. */
  release(): void
}

const claimPath = (dataFolder: string) => join(dataFolder, 'postgres.json')

/** The running process that holds the folder, if one does. */
export function findOwner(dataFolder: string): Owner | undefined {
  const owner = readClaim(claimPath(dataFolder))
  return owner && processIdentity(owner.pid) === owner.identity ? owner : undefined
}

/**
 * Takes the folder for this process; what a process that is gone left behind is replaced.
 * @throws StartupError naming the process that holds it.
 */
export function claimFolder(dataFolder: string): Claim {
  const path = claimPath(dataFolder)
  const mine = { pid: process.pid, identity: processIdentity(process.pid) ?? '' }
  while (!createPrivateFile(path, JSON.stringify(mine))) {
    const owner = findOwner(dataFolder)
    if (owner) {
      throw new StartupError(
        `Process ${owner.pid} already runs the embedded PostgreSQL of ${dataFolder}. Stop it, or set DATABASE_URL to a PostgreSQL that several processes share.`,
      )
    }
    removeStale(path)
  }
  return {
    announce: (port, url) => {
      const draft = `${path}.${randomUUID()}`
      writeFileSync(draft, JSON.stringify({ ...mine, port, url }), { mode: 0o600 })
      renameSync(draft, path)
    },
    release: () => rmSync(path, { force: true }),
  }
}

/** Moves the file aside before it goes, because a process that found it stale too may have claimed in between. */
function removeStale(path: string): void {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  const moved = readClaim(aside)
  const isAlive = moved !== undefined && processIdentity(moved.pid) === moved.identity
  if (isAlive) createPrivateFile(path, JSON.stringify(moved))
  rmSync(aside, { force: true })
}

function readClaim(path: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return Value.Check(schema, value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
