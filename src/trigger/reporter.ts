import { hintFor } from './hint.ts'
import { outcomeLine, progressLine, summaryLines } from './print.ts'
import type { ChosenSecret } from './secret.ts'
import { isAccepted, type Outcome } from './send.ts'
import { Tally } from './tally.ts'

export interface ReporterOptions {
  readonly total: number
  readonly json: boolean
  readonly url: string
  readonly secret: ChosenSecret
}

// As many deliveries are worth a line each; of more, the numbers say more.
const linesMax = 20
const progressMilliseconds = 200

/**
 * Tells how a run goes. For people: a line per delivery up to 20, then one that counts on (on a terminal),
 * and a summary. With `json`: a line per delivery and one `{"summary"}`. Hints go to standard error.
 */
export class Reporter {
  readonly #options: ReporterOptions
  readonly #tally = new Tally()
  readonly #hints = new Set<string>()
  #progressAt = 0

  constructor(options: ReporterOptions) {
    this.#options = options
  }

  report(outcome: Outcome): void {
    const { json, url, secret } = this.#options
    this.#tally.add(outcome)
    if (json) console.log(JSON.stringify(outcome))
    else if (this.#tally.sent <= linesMax) this.#printLine(outcome)
    else this.#showProgress()
    const hint = isAccepted(outcome) ? undefined : hintFor(outcome, url, secret)
    if (hint !== undefined) this.#hints.add(hint)
  }

  /** @returns whether every delivery was accepted. */
  finish(): boolean {
    const { json, total } = this.#options
    const summary = this.#tally.summary()
    if (this.#progressAt > 0) process.stderr.write('\r\x1b[K')
    if (json) console.log(JSON.stringify({ summary }))
    else if (total > 1 && summary.sent > 0) console.log(`\n${summaryLines(summary)}`)
    for (const hint of this.#hints) console.error(hint)
    return summary.accepted === summary.sent
  }

  #printLine(outcome: Outcome): void {
    console.log(outcomeLine(outcome))
    if (!isAccepted(outcome) && outcome.detail !== null) console.log(`  ${outcome.detail}`)
  }

  #showProgress(): void {
    const now = performance.now()
    if (!process.stderr.isTTY || now - this.#progressAt < progressMilliseconds) return
    this.#progressAt = now
    const { seconds, sent } = this.#tally.summary()
    process.stderr.write(`\r\x1b[K${progressLine(sent, this.#options.total, seconds)}`)
  }
}
