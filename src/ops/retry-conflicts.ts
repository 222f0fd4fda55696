import { setTimeout as delay } from 'node:timers/promises'

const ATTEMPTS = 30
const PAUSE_MS = 20

/**
 * Runs a transaction again when it lost a conflict with another: a deadlock, a serialisation failure, or a
 * lock that was not given up in time. Nothing of it was kept then.
 * @throws the last conflict after many of them, and any other error at once.
 */
export async function retryConflicts<Result>(transaction: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction()
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error
      // Two that keep meeting must not meet at the same moment again.
      await delay(Math.random() * PAUSE_MS * attempt)
    }
  }
}

function isConflict(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === '40001' || code === '40P01' || code === '55P03'
}
