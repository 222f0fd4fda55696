import { setTimeout as sleep } from 'node:timers/promises'
import { kindOf, newParcel } from './parcels.ts'
import type { Provider } from './provider.ts'

const TICK_MS = 10

/**
 * Sends so many deliveries a second, each once, whether or not they are answered.
 * @returns how many were sent, when all have their answer.
 */
export async function flood(provider: Provider, perSecond: number, seconds: number): Promise<number> {
  const startedAt = performance.now()
  const answers: Promise<unknown>[] = []
  for (;;) {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs >= seconds * 1000) break
    const due = Math.floor((elapsedMs / 1000) * perSecond)
    while (answers.length < due) answers.push(provider.post(newParcel(kindOf(answers.length, false))))
    await sleep(TICK_MS)
  }
  await Promise.all(answers)
  return answers.length
}
