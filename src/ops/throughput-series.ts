import type { Kysely } from 'kysely'
import type { Database } from '../tables/database.ts'
import { readThroughput, type ThroughputMinute } from './throughput.ts'

const MINUTE_MS = 60_000

/** Minutes kept: as many as the database can tell of. */
export const MINUTES_MAX = 1_440

/** The newest minutes are read again each time: the one that is not over, and those before it, for commits that lasted. */
const UNSETTLED_MINUTES = 3

/**
 * The throughput of up to a day, for a page that asks every few seconds: minutes that are over are read once and
 * kept, so a day costs no more than the last minutes.
 */
export class ThroughputSeries {
  readonly #db: Kysely<Database>
  /** By their start in milliseconds, without gaps. */
  readonly #minutes = new Map<number, ThroughputMinute>()
  /** When it was last read, by the database's clock. */
  #newest: number | undefined

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** The last minutes, the oldest first; the last one is not over yet. */
  async read(minutes: number): Promise<ThroughputMinute[]> {
    const recent = await readThroughput(this.#db, UNSETTLED_MINUTES)
    const now = recent[0]?.minute.getTime()
    if (now === undefined) throw new Error('The database told no minute of its throughput')
    // After a longer pause there would be a gap.
    const isFresh = this.#newest !== undefined && now - this.#newest < UNSETTLED_MINUTES * MINUTE_MS
    if (!isFresh) this.#minutes.clear()
    this.#keep(recent)
    const oldest = now - (minutes - 1) * MINUTE_MS
    if (!this.#minutes.has(oldest)) this.#keep(await readThroughput(this.#db, minutes))
    this.#newest = now
    for (const start of this.#minutes.keys()) {
      if (start <= now - MINUTES_MAX * MINUTE_MS) this.#minutes.delete(start)
    }
    return [...this.#minutes.values()]
      .filter(({ minute }) => minute.getTime() > now - minutes * MINUTE_MS)
      .toSorted((a, b) => a.minute.getTime() - b.minute.getTime())
  }

  #keep(minutes: readonly ThroughputMinute[]): void {
    for (const minute of minutes) this.#minutes.set(minute.minute.getTime(), minute)
  }
}
