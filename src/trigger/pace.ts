import { setTimeout as wait } from 'node:timers/promises'

// After a pause of the machine as much as this is caught up on, no more.
const catchUpMilliseconds = 1000

/**
 * A function that resolves when the next event may go, so that there are `rate` a second at most; at once
 * when the signal is aborted.
 */
export function createPace(rate: number | undefined, signal: AbortSignal): () => Promise<void> {
  if (rate === undefined) return async () => {}
  let next = performance.now()
  return async () => {
    const now = performance.now()
    const turn = Math.max(next, now - catchUpMilliseconds)
    next = turn + 1000 / rate
    // Nothing but the signal makes waiting fail, and whoever waits looks at the signal next.
    if (turn > now) await wait(turn - now, undefined, { signal }).catch(() => {})
  }
}
