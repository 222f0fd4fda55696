import assert from 'node:assert'
import type { Test } from 'tap'
import { samples } from '../../src/samples/index.ts'
import { twinsOf } from './event.ts'
import { historyOf } from './history.ts'
import { holds } from './holds.ts'
import type { Replica } from './replica.ts'
import { runHistory } from './run-history.ts'

/**
 * Tries so many histories, made of the samples of the given types: told in order and at once, and in another
 * order, in batches, with repeats, perhaps by two workers and with replays, they must end in the same rows.
 */
export async function sameRows(t: Test, replica: Replica, histories: number, types: RegExp): Promise<void> {
  const twins = twinsOf(samples.filter(({ type }) => types.test(type)))
  await holds(t, histories, historyOf(twins), async (history) => {
    const { inOrder, asPlanned } = await runHistory(replica, history)
    assert.deepStrictEqual(asPlanned, inOrder)
  })
}
