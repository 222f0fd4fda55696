import type { FastifyInstance } from 'fastify'
import { StartupError } from '../errors.ts'
import { CONNECTIONS_MAX } from './server-limits.ts'

/** What the person starting the process does about an address that cannot be listened on. */
const mends: Record<string, string> = {
  EADDRINUSE: 'is taken by another process: stop that, or set PORT.',
  EACCES: 'may not be used by this user: set PORT to 1024 or higher.',
  EADDRNOTAVAIL: 'is not an address of this machine: set HOST.',
  ENOTFOUND: 'is not an address that can be found: set HOST.',
}

/**
 * Begins to take connections.
 * @returns the server's URL.
 * @throws StartupError saying what to do when the address cannot be used.
 */
export async function listen(
  server: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    // Node's own backlog of 511 would let the rest of a burst of connections wait for a retry by TCP: 1 to 7 s.
    return await server.listen({ host, port, backlog: CONNECTIONS_MAX })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const mend = mends[code]
    if (mend === undefined) throw cause
    throw new StartupError(`${host}:${port} ${mend}`, { cause })
  }
}
