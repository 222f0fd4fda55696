/**
 * Calls something again and again, never twice at a time, and only while the page is visible. What comes back into
 * view is called at once.
 */
export class Poll {
  #call
  #everyMs
  #timer
  #isRunning = false
  #isUnderWay = false
  #isWanted = false

  /** @param everyMs a number, or a function that gives one. */
  constructor(call, everyMs) {
    this.#call = call
    this.#everyMs = everyMs
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && this.#isRunning) this.now()
      else clearTimeout(this.#timer)
    })
  }

  start() {
    if (this.#isRunning) return
    this.#isRunning = true
    this.now()
  }

  stop() {
    this.#isRunning = false
    clearTimeout(this.#timer)
  }

  /** Calls it without waiting for its time; once more after a call that is under way. */
  async now() {
    clearTimeout(this.#timer)
    if (this.#isUnderWay) {
      this.#isWanted = true
      return
    }
    this.#isUnderWay = true
    try {
      do {
        this.#isWanted = false
        await this.#call()
      } while (this.#isWanted && this.#isRunning)
    } finally {
      this.#isUnderWay = false
      this.#next()
    }
  }

  #next() {
    clearTimeout(this.#timer)
    if (!this.#isRunning || document.visibilityState !== 'visible') return
    const everyMs = typeof this.#everyMs === 'function' ? this.#everyMs() : this.#everyMs
    this.#timer = setTimeout(() => this.now(), everyMs)
  }
}
