import { isAccepted, type Outcome } from './send.ts'

export interface Summary {
  readonly sent: number
  readonly accepted: number
  /** Answered, but not with 2xx. */
  readonly refused: number
  /** Not answered. */
  readonly failed: number
  /** How often each answer came: `200 queued`, `400 Bad Request`, `ECONNREFUSED`. */
  readonly answers: Record<string, number>
  readonly seconds: number
  readonly perSecond: number
  readonly p50Milliseconds: number
  readonly p99Milliseconds: number
}

/** Counts outcomes as they come. */
export class Tally {
  readonly #start = performance.now()
  readonly #milliseconds: number[] = []
  readonly #answers = new Map<string, number>()
  #accepted = 0
  #failed = 0

  get sent(): number {
    return this.#milliseconds.length
  }

  add(outcome: Outcome): void {
    this.#milliseconds.push(outcome.milliseconds)
    if (isAccepted(outcome)) this.#accepted += 1
    else if (outcome.httpStatus === null) this.#failed += 1
    const answer = outcome.httpStatus === null ? outcome.answer : `${outcome.httpStatus} ${outcome.answer}`
    this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1)
  }

  summary(): Summary {
    const seconds = (performance.now() - this.#start) / 1000
    const sorted = this.#milliseconds.toSorted((a, b) => a - b)
    return {
      sent: this.sent,
      accepted: this.#accepted,
      refused: this.sent - this.#accepted - this.#failed,
      failed: this.#failed,
      answers: Object.fromEntries([...this.#answers].toSorted(([, a], [, b]) => b - a)),
      seconds,
      perSecond: this.sent / seconds,
      p50Milliseconds: percentile(sorted, 50),
      p99Milliseconds: percentile(sorted, 99),
    }
  }
}

/** The nearest-rank percentile of a sorted list; 0 for an empty one. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
}
