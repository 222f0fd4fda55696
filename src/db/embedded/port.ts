import { once } from 'node:events'
import { createServer } from 'node:net'
import { StartupError } from '../../errors.ts'

/** Where the embedded server listens unless told otherwise or taken. */
const DEFAULT_PORT = 54_329

/**
 * The port to listen on: the one asked for, else the default, else any that is free.
 * @throws StartupError when the one asked for is taken.
 */
export async function choosePort(asked: number | undefined): Promise<{ port: number; notes: string[] }> {
  const free = await listenOn(asked ?? DEFAULT_PORT)
  if (free !== undefined) return { port: free, notes: [] }
  if (asked !== undefined) throw portTaken(asked)
  const other = await listenOn(0)
  if (other === undefined) throw new StartupError('No free port was found on 127.0.0.1. Set DATABASE_URL.')
  return {
    port: other,
    notes: [
      `Port ${DEFAULT_PORT} is taken, so PostgreSQL listens on ${other}. EMBEDDED_POSTGRES_PORT sets a fixed one.`,
    ],
  }
}

export function portTaken(port: number): StartupError {
  return new StartupError(
    `Port ${port} (EMBEDDED_POSTGRES_PORT) is taken on 127.0.0.1. Free it, name another, or unset it to have one chosen.`,
  )
}

/** @returns the port that listening on this one gave, or undefined when it cannot be had. */
async function listenOn(port: number): Promise<number | undefined> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return address !== null && typeof address === 'object' ? address.port : undefined
  } catch {
    return undefined
  } finally {
    server.close()
  }
}
