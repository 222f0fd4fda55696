import type { Delivery, Teller } from './deliveries.ts'
import { createPace } from './pace.ts'
import { isAccepted, type Outcome } from './send.ts'

export interface Run {
  readonly stories: Iterable<Teller>
  /** How many stories are under way at once; the deliveries of one follow each other. */
  readonly concurrency: number
  /** Deliveries a second, at most. */
  readonly rate?: number | undefined
  /** Ends the run early; what is under way is finished. */
  readonly signal: AbortSignal
  send(delivery: Delivery): Promise<Outcome>
  report(outcome: Outcome): void
}

/**
 * Sends every delivery of every story and reports each as it is answered. Stops when nobody listens: when
 * a connection is refused before any delivery was accepted.
 */
export async function runStories({ stories, concurrency, rate, signal, send, report }: Run): Promise<void> {
  const pace = createPace(rate, signal)
  const iterator = stories[Symbol.iterator]()
  let accepted = false
  let pointless = false
  const isOver = () => signal.aborted || pointless
  const tellStories = async () => {
    for (let next = iterator.next(); !next.done && !isOver(); next = iterator.next()) {
      await pace()
      for (const [index, delivery] of next.value().entries()) {
        if (index > 0) await pace()
        if (isOver()) return
        const outcome = await send(delivery)
        accepted ||= isAccepted(outcome)
        if (outcome.answer === 'ECONNREFUSED' && !accepted) {
          // Those under way beside it have nothing to add.
          if (pointless) return
          pointless = true
        }
        report(outcome)
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, tellStories))
}
