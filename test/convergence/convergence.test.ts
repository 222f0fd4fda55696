import assert from 'node:assert'
import t from 'tap'
import { historyOf } from './history.ts'
import { holds } from './holds.ts'
import { openReplica } from './replica.ts'
import { runHistory } from './run-history.ts'

const HISTORIES = 200

t.test('the rows end the same whatever the order, repeats, batches, workers and replays', async (t) => {
  const replica = await openReplica(t)
  await holds(t, HISTORIES, historyOf(), async (history) => {
    const { inOrder, asPlanned } = await runHistory(replica, history)
    assert.deepStrictEqual(asPlanned, inOrder)
  })
})
