import { translateContact } from './contact.ts'
import { translateMessage } from './message.ts'
import type { Translate } from './vocabulary.ts'

/**
 * From event type to translator, for every documented type of every generation. A type that is not here
 * (unknown, or one of `integration.*`, whose payloads are documented nowhere) is stored and ignored.
 */
export const translators: ReadonlyMap<string, Translate> = new Map([
  ['message.received', translateMessage],
  ['message.delivered', translateMessage],
  ['message.failed', translateMessage],
  ['message.undelivered', translateMessage],

  ['contact.updated', translateContact],
  ['contact.deleted', translateContact],
])
