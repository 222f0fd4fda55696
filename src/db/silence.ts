import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** The database has said nothing for too long to a connection in use. `code` as of Node's own. */
export class SilenceError extends Error {
  override name = 'SilenceError'
  readonly code = 'ETIMEDOUT'

  constructor(limitMs: number) {
    super(`the database has been silent for ${limitMs} ms`)
  }
}

/**
 * Gives a connection up when nothing moves on it for so long: more than any statement may take. Without it the
 * loss of the network, or of the database's machine, which nobody is told of, would show only when the kernel
 * gives up sending again, after a quarter of an hour.
 * @param limitMs 0: no limit any more.
 */
export function limitSilence(stream: Duplex, limitMs: number): void {
  if (!(stream instanceof Socket)) return
  stream.removeAllListeners('timeout')
  if (limitMs === 0) stream.setTimeout(0)
  else stream.setTimeout(limitMs, () => stream.destroy(new SilenceError(limitMs)))
}
