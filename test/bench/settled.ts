import { setTimeout as sleep } from 'node:timers/promises'
import { EVENTS_QUEUE } from '../../src/queue/names.ts'
import type { Bench } from './bench.ts'
import type { Database } from './postgres.ts'

/**
 * Waits until no job of an event is waiting or under way.
 * @returns false when that takes longer than the limit.
 */
export async function untilSettled(bench: Bench, { pool }: Database, limitSeconds: number): Promise<boolean> {
  const deadline = performance.now() + limitSeconds * 1000
  for (;;) {
    // The index of jobs that wait answers at once; the others are only looked through at the end.
    const { rows } = await pool.query<{ busy: boolean }>(
      `select
        exists (select from pgboss.job where name = $1 and state < 'active' and not blocked)
        or exists (select from pgboss.job where name = $1 and state = 'active') as busy`,
      [EVENTS_QUEUE],
    )
    if (rows[0]?.busy === false) return true
    if (performance.now() > deadline) return false
    await sleep(250, undefined, { signal: bench.signal })
  }
}
