import { date, identifier, label } from '../../../../../src/openphone/fields.ts'
import { idReader } from '../../../../../src/openphone/identity.ts'
import { phoneNumber } from '../../../../../src/openphone/phone-number.ts'
import { subjectOf } from '../../../../../src/openphone/shape.ts'
import { timeOf } from '../../../../../src/openphone/surroundings.ts'
import type { Translate } from '../../../../../src/vocabulary/updates.ts'
import type { ReactionUpdate } from '../vocabulary/reaction.ts'

const reactionId = idReader({ current: 'id', legacy: 'id', flat: 'reactionId' })

/** `message.reaction.added`: somebody reacted to a message. */
export const translateReaction: Translate<ReactionUpdate> = (event) => {
  const subject = subjectOf(event)
  const { resource, context } = subject
  const reaction: ReactionUpdate = {
    kind: 'reaction',
    id: reactionId(subject),
    at: timeOf(subject, event),
    fields: {
      message_id: identifier(resource.messageId),
      from_number: phoneNumber(context.senderIdentifier),
      emoji: label(resource.emoji),
      created_at: date(resource.createdAt),
    },
  }
  return [reaction]
}
