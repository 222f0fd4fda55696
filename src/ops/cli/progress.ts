import { countText } from '../words.ts'

const WIDTH = 30
const REDRAW_MS = 100

type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** A bar on standard error while something long goes on; nothing where that is not a terminal. */
export class Progress {
  readonly #what: string
  readonly #total: number
  readonly #terminal: Terminal
  readonly #now: () => number
  readonly #started: number
  #drawnAt = Number.NEGATIVE_INFINITY

  /**
   * @param what the verb before the numbers, as in `Replaying`.
   * @param now milliseconds; `performance.now` unless a test moves the clock.
   */
  constructor(
    what: string,
    total: number,
    terminal: Terminal = process.stderr,
    now: () => number = () => performance.now(),
  ) {
    this.#what = what
    this.#total = total
    this.#terminal = terminal
    this.#now = now
    this.#started = now()
  }

  show(done: number): void {
    const now = this.#now()
    if (!this.#terminal.isTTY || now - this.#drawnAt < REDRAW_MS) return
    this.#drawnAt = now
    // More may come than were counted: what matches can grow meanwhile.
    const share = this.#total === 0 ? 1 : Math.min(1, done / this.#total)
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')
    const perSecond = Math.round(done / ((now - this.#started) / 1000))
    const numbers = `${done.toLocaleString('en-US')} of ${countText(this.#total, 'event')}`
    this.#terminal.write(`\r\x1b[K${this.#what} ${bar} ${numbers}, ${perSecond.toLocaleString('en-US')}/s`)
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#terminal.isTTY && this.#drawnAt > 0) this.#terminal.write('\r\x1b[K')
  }
}
