import { setTimeout as delay } from 'node:timers/promises'
import type { Outcome } from './process-events.ts'

/** One attempt over a batch, all or nothing. */
type ProcessBatch = (ids: readonly string[]) => Promise<Map<string, Outcome>>

/**
 * Pauses before trying again after the connection was lost: about 8 s in all, as long as a restart takes. None is
 * long: the batch in hand goes on soon after the database is back.
 */
const RECONNECT_PAUSES_MS = [100, 250, 500, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000]

/** How often a batch that lost a conflict with another is tried again before its events count an attempt. */
const CONFLICT_RETRIES = 10

/**
 * Runs a batch so that a bad event hurts only itself: when the transaction fails, the batch is halved
 * until the event that fails it is alone; the others succeed in the same attempt. Lost conflicts and a
 * lost connection are nobody's fault and are tried again at once, without counting.
 * @throws the connection's error when the database stays away.
 */
export async function isolate(ids: readonly string[], process: ProcessBatch): Promise<Map<string, Outcome>> {
  try {
    return await processPatiently(ids, process)
  } catch (error) {
    if (isConnectionLoss(error)) throw error
    const [only] = ids
    if (ids.length === 1 && only !== undefined) return new Map([[only, { status: 'failed', error }]])
    const middle = Math.ceil(ids.length / 2)
    const first = await isolate(ids.slice(0, middle), process)
    const second = await isolate(ids.slice(middle), process)
    return new Map([...first, ...second])
  }
}

async function processPatiently(
  ids: readonly string[],
  process: ProcessBatch,
): Promise<Map<string, Outcome>> {
  let conflicts = 0
  let losses = 0
  for (;;) {
    try {
      return await process(ids)
    } catch (error) {
      const pause = RECONNECT_PAUSES_MS[losses]
      if (isConflict(error) && conflicts < CONFLICT_RETRIES) {
        conflicts += 1
        // Two batches that keep meeting must not meet at the same moment again.
        await delay(Math.random() * 10 * conflicts)
      } else if (isConnectionLoss(error) && pause !== undefined) {
        losses += 1
        await delay(pause)
      } else {
        throw error
      }
    }
  }
}

/** The error's SQLSTATE, or Node's own code such as ECONNRESET. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** Serialisation failure or deadlock: Postgres ended one of two transactions that would block each other. */
function isConflict(error: unknown): boolean {
  const code = codeOf(error)
  return code === '40001' || code === '40P01'
}

/** What the driver says of a lost or missing connection when it has no code for it. */
const LOST_CONNECTION =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout|There was an error establishing an SSL)/

/**
 * The server went away, is starting or stopping, is full, or became a standby; or the network failed.
 * Other `ERR_` codes are those of Node's errors about arguments and the like: bugs, which an event may trigger.
 */
function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== undefined) return /^(08|53)|^57P|^25006$|^E(?!RR_)[A-Z]|^ERR_(STREAM|SSL|TLS)_/.test(code)
  return error instanceof Error && LOST_CONNECTION.test(error.message)
}
