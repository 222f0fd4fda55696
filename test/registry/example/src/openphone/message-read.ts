import { idReader } from '../../../../../src/openphone/identity.ts'
import { subjectOf } from '../../../../../src/openphone/shape.ts'
import { placeOf, timeOf } from '../../../../../src/openphone/surroundings.ts'
import type { Translate } from '../../../../../src/vocabulary/updates.ts'

/** The field that holds the message's id in each shape. All else may be missing. */
const messageId = idReader({ current: 'id', legacy: 'id', flat: 'messageId' })

/** `message.read`: the other party has read a message. */
export const translateMessageRead: Translate = (event) => {
  const subject = subjectOf(event)
  const id = messageId(subject)
  const at = timeOf(subject, event)
  return [{ kind: 'message', id, at, fields: { status: 'read', ...placeOf(subject) } }]
}
