import type { ProcessingStatus } from './updates.ts'

/**
 * The provider's words for states, in one spelling each, and how far on each is. Of two states known for
 * the same time the one further on stays; a word that nobody knows is kept, but yields to any that is known.
 */

/** What is on its way comes before what has ended, and what went wrong before what went well. */
const MESSAGE_STATUSES = [
  'scheduled',
  'queued',
  'accepted',
  'sending',
  'receiving',
  'sent',
  'partially_delivered',
  'canceled',
  // Failed comes first of the two: it may still be retried, undelivered is final.
  'failed',
  'undelivered',
  'received',
  'delivered',
  'read',
]

/**
 * The provider's outcomes beside the older words that telephony carriers use. Of the words for one outcome
 * the more telling one is further on: `completed` says only that a call is over.
 */
const CALL_STATUSES = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'unknown',
  'completed',
  'unanswered',
  'no-answer',
  'missed',
  'busy',
  'canceled',
  'failed',
  'abandoned',
  'answered',
  'forwarded',
  'ai-handled',
]

export const PROCESSING_STATUSES: readonly ProcessingStatus[] = [
  'absent',
  'in-progress',
  'failed',
  'completed',
]

const messageRanks = ranksOf(MESSAGE_STATUSES)
const callRanks = ranksOf(CALL_STATUSES)
const processingRanks = ranksOf(PROCESSING_STATUSES)

/** How far on a message is, 1 to 35; 0 for words that are not known. */
export function messageStatusRank(status: unknown): number {
  return messageRanks.get(status) ?? 0
}

/** How far on a call is, 1 to 35; 0 for words that are not known. */
export function callStatusRank(status: unknown): number {
  return callRanks.get(status) ?? 0
}

/** How far on a summary or transcript is, 1 to 35; 0 for words that are not known. */
export function processingRank(status: unknown): number {
  return processingRanks.get(status) ?? 0
}

function ranksOf(statuses: readonly string[]): ReadonlyMap<unknown, number> {
  return new Map(statuses.map((status, index) => [status, index + 1]))
}
