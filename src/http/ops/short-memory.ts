import { boundedCall } from '../../bounded-call.ts'

/** How long an answer is good for. Pages ask every few seconds; however many are open, the database is asked as one. */
const KEPT_MS = 2_000

/** Above it a page is told that there is no answer now. */
const LIMIT_MS = 8_000

/** A call whose answer is kept for two seconds and shared meanwhile by all who ask. Errors are not kept. */
export function remembered<Answer>(call: () => Promise<Answer>): () => Promise<Answer> {
  const ask = boundedCall(call, LIMIT_MS)
  let kept: { answer: Answer; until: number } | undefined
  return async () => {
    if (kept !== undefined && performance.now() < kept.until) return kept.answer
    const answer = await ask()
    kept = { answer, until: performance.now() + KEPT_MS }
    return answer
  }
}
