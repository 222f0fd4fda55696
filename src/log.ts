import { type Logger, pino } from 'pino'

export type Log = Logger

/** A line is on its way within this, however quiet the process is. */
const FLUSH_INTERVAL_MS = 250

/**
 * The process's logger: JSON lines on standard output, written asynchronously in blocks because a
 * synchronous write per webhook costs a quarter of the throughput. `flush` before exit.
 * Lines carry ids, types, outcomes and durations; never message text, phone numbers or secrets.
 */
export function createLog(level: string, role: string): { log: Log; flush: () => void } {
  const destination = pino.destination({ dest: 1, sync: false, minLength: 4096, maxLength: 1 << 20 })
  setInterval(() => destination.flush(), FLUSH_INTERVAL_MS).unref()
  const log = pino({ level, base: { role, pid: process.pid } }, destination)
  return { log, flush: () => destination.flushSync() }
}
