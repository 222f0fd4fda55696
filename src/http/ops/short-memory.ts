import { boundedCall } from '../../bounded-call.ts'

/** How long an answer is good for. Pages ask every few seconds; however many are open, the database is asked as one. */
const KEPT_MS = 2_000

/** Above it a page is told that there is no answer now. */
const LIMIT_MS = 8_000

/** Keeps answers for two seconds, shared by all who ask. */
export class ShortMemory {
  /** Counts what made all earlier answers void. */
  #changes = 0

  /** A call whose answer is kept for a moment. Errors are not kept. */
  remember<Answer>(call: () => Promise<Answer>): () => Promise<Answer> {
    const ask = boundedCall(call, LIMIT_MS)
    let kept: { answer: Answer; until: number; changes: number } | undefined
    return async () => {
      const isGood = kept !== undefined && kept.changes === this.#changes && performance.now() < kept.until
      if (kept !== undefined && isGood) return kept.answer
      const changes = this.#changes
      const answer = await ask()
      kept = { answer, until: performance.now() + KEPT_MS, changes }
      return answer
    }
  }

  /** To be called when something was changed: who changed it wants to see it. */
  forget(): void {
    this.#changes += 1
  }
}
