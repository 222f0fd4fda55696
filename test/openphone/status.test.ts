import { callStatus, messageStatus, processingStatus } from '../../src/openphone/status.ts'
import { callStatusRank, messageStatusRank, processingRank } from '../../src/vocabulary/status.ts'
import t from '../helper/tap.ts'

t.test('statuses have one spelling', async (t) => {
  for (const given of [
    'partially_delivered',
    'Partially Delivered',
    'partially-delivered',
    'partiallyDelivered',
  ]) {
    t.equal(messageStatus(given), 'partially_delivered')
  }
  for (const given of ['no-answer', 'no_answer', ' NO ANSWER ', 'noAnswer'])
    t.equal(callStatus(given), 'no-answer')
  t.equal(messageStatus('cancelled'), 'canceled')
  t.equal(callStatus('Held-In_Queue'), 'held-in-queue', 'a new word is kept')
  t.equal(processingStatus('in_progress'), 'in-progress')
  t.equal(processingStatus('new word'), undefined)
  for (const given of [null, undefined, 5, '', ' ', {}]) {
    t.equal(messageStatus(given), undefined)
    t.equal(callStatus(given), undefined)
    t.equal(processingStatus(given), undefined)
  }
})

t.test('every documented message status has a rank of its own', async (t) => {
  const documented =
    'queued sending sent delivered undelivered failed receiving received accepted scheduled read partially_delivered canceled'
  const ranks = documented.split(' ').map(messageStatusRank)
  t.equal(new Set(ranks).size, ranks.length)
  t.ok(ranks.every((rank) => rank > 0 && rank <= 35))
})

t.test('every documented call status has a rank of its own', async (t) => {
  const documented =
    'ringing in-progress answered unanswered failed forwarded abandoned ai-handled unknown completed no-answer missed'
  const ranks = documented.split(' ').map(callStatusRank)
  t.equal(new Set(ranks).size, ranks.length)
  t.ok(ranks.every((rank) => rank > 0 && rank <= 35))
})

t.test('what is further on ranks higher', async (t) => {
  const ascends = (rank: (status: unknown) => number, ...statuses: unknown[]) => {
    for (const [index, status] of statuses.slice(1).entries()) {
      t.ok(rank(status) > rank(statuses[index]), `${status} after ${statuses[index]}`)
    }
  }
  ascends(
    messageStatusRank,
    'no such word',
    'queued',
    'sending',
    'sent',
    'failed',
    'undelivered',
    'delivered',
    'read',
  )
  ascends(messageStatusRank, undefined, 'receiving', 'received')
  ascends(callStatusRank, 'no such word', 'ringing', 'in-progress', 'completed', 'unanswered', 'answered')
  ascends(callStatusRank, 'in-progress', 'missed', 'forwarded')
  ascends(processingRank, 'no such word', 'absent', 'in-progress', 'failed', 'completed')
})
