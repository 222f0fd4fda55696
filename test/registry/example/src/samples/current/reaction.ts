import { timeIn } from '../../../../../../src/samples/context.ts'
import { conversationLink, currentEnvelope } from '../../../../../../src/samples/envelopes.ts'
import { currentVersion, type Sample } from '../../../../../../src/samples/sample.ts'

export const currentReaction: Sample = {
  type: 'message.reaction.added',
  shape: 'current',
  version: currentVersion,
  build: (context) =>
    currentEnvelope(context, 'message.reaction.added', {
      resource: {
        id: `${context.objects.messageId}-reaction`,
        messageId: context.objects.messageId,
        emoji: '👍',
        createdAt: timeIn(context),
      },
      context: { orgId: context.business.orgId, senderIdentifier: context.customer.phoneNumber },
      link: conversationLink(context),
    }),
}
