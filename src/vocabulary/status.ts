import { filled, label } from './fields.ts'
import type { ProcessingStatus } from './vocabulary.ts'

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

const PROCESSING_STATUSES: ProcessingStatus[] = ['absent', 'in-progress', 'failed', 'completed']

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

/** A message's status, lower case with underscores: `partially_delivered`. */
export function messageStatus(value: unknown): string | undefined {
  return messageRanks.has(value) ? String(value) : spelled(value, '_')
}

/** A call's status, lower case with hyphens: `no-answer`. */
export function callStatus(value: unknown): string | undefined {
  return callRanks.has(value) ? String(value) : spelled(value, '-')
}

/** How far a summary or transcript is; only the provider's four words are known. */
export function processingStatus(value: unknown): ProcessingStatus | undefined {
  const word = spelled(value, '-')
  return PROCESSING_STATUSES.find((status) => status === word)
}

/** A part of a summary or transcript. While that is being made, an empty list means that it is not there yet. */
export function partOf<Item>(
  status: ProcessingStatus | undefined,
  items: Item[] | undefined,
): Item[] | undefined {
  return status === 'completed' ? items : filled(items)
}

function ranksOf(statuses: readonly string[]): ReadonlyMap<unknown, number> {
  return new Map(statuses.map((status, index) => [status, index + 1]))
}

function spelled(value: unknown, separator: '_' | '-'): string | undefined {
  const words = label(value)
    ?.trim()
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  const status = words?.replace(/[\s_-]+/g, separator)
  return status === 'cancelled' ? 'canceled' : status
}
