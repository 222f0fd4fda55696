import t from 'tap'
import { openReplica } from './replica.ts'
import { sameRows } from './same-rows.ts'

/** What histories are about, which of the samples' types they are made of, and how many are tried. */
const families = [
  { about: 'messages', types: /^message\./, histories: 30 },
  { about: 'calls and what comes of them', types: /^(call|voicemail|transcript|summary)/, histories: 40 },
  { about: 'contacts and those who write', types: /^(contact|message)\./, histories: 40 },
  { about: 'tasks', types: /^task\./, histories: 20 },
]

const replica = await openReplica(t)

for (const { about, types, histories } of families) {
  t.test(`the rows of ${about} end the same whatever the order, repeats, batches and workers`, async (t) => {
    await sameRows(t, replica, histories, types)
  })
}
