import t from 'tap'
import { openReplica } from './replica.ts'
import { sameRows } from './same-rows.ts'

const HISTORIES = 120

t.test('the rows end the same whatever the order, repeats, batches and workers', async (t) => {
  await sameRows(t, await openReplica(t), HISTORIES, /./)
})
