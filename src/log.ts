import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

/** A line is on its way within this, however quiet the process is. */
const FLUSH_INTERVAL_MS = 250
const BLOCK_LENGTH = 8_192

/**
 * The process's logger: JSON lines on standard output, written asynchronously in blocks because a
 * synchronous write per webhook costs a quarter of the throughput. `flush` before exit.
 * Lines carry ids, types, outcomes and durations; never message text, phone numbers or secrets.
 */
export function createLog(level: string, role: string): { log: Log; flush: () => void } {
  const blocks = new Blocks()
  setInterval(() => blocks.pass(), FLUSH_INTERVAL_MS).unref()
  // An error that nobody catches ends the process before anybody can flush.
  process.on('exit', () => blocks.flushSync())
  const log = pino({ level, base: { role, pid: process.pid } }, blocks)
  return { log, flush: () => blocks.flushSync() }
}

/**
 * Hands lines on in blocks. pino's destination can wait for a block, too, but with every line it copies and measures
 * all that waits: of a worker's garbage that was a quarter.
 */
class Blocks implements DestinationStream {
  readonly #destination = pino.destination({ dest: 1, sync: false, maxLength: 1 << 20 })
  #lines: string[] = []
  #length = 0

  write(line: string): void {
    this.#lines.push(line)
    this.#length += line.length
    if (this.#length >= BLOCK_LENGTH) this.pass()
  }

  pass(): void {
    if (this.#length === 0) return
    this.#destination.write(this.#lines.join(''))
    this.#lines = []
    this.#length = 0
  }

  /** pino calls it, too, after a line of level fatal. */
  flushSync(): void {
    this.pass()
    this.#destination.flushSync()
  }
}
