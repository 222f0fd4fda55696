import {
  callStatusRank,
  messageStatusRank,
  PROCESSING_STATUSES,
  processingRank,
} from '../vocabulary/status.ts'
import type { ProcessingStatus } from '../vocabulary/updates.ts'
import { filled, label } from './fields.ts'

/** A message's status, lower case with underscores: `partially_delivered`. */
export function messageStatus(value: unknown): string | undefined {
  return spelled(value, messageStatusRank, '_')
}

/** A call's status, lower case with hyphens: `no-answer`. */
export function callStatus(value: unknown): string | undefined {
  return spelled(value, callStatusRank, '-')
}

/** How far a summary or transcript is; only the provider's four words are known. */
export function processingStatus(value: unknown): ProcessingStatus | undefined {
  const word = spelled(value, processingRank, '-')
  return PROCESSING_STATUSES.find((status) => status === word)
}

/** A part of a summary or transcript. While that is being made, an empty list means that it is not there yet. */
export function partOf<Item>(
  status: ProcessingStatus | undefined,
  items: Item[] | undefined,
): Item[] | undefined {
  return status === 'completed' ? items : filled(items)
}

/** A known word is most often spelled right already, which its rank tells at once. */
function spelled(value: unknown, rank: (word: unknown) => number, separator: '_' | '-'): string | undefined {
  if (typeof value === 'string' && rank(value) > 0) return value
  const words = label(value)
    ?.trim()
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  const status = words?.replace(/[\s_-]+/g, separator)
  return status === 'cancelled' ? 'canceled' : status
}
