import { conversationLink, currentEnvelope } from '../../../../../../src/samples/envelopes.ts'
import { currentVersion, type Sample } from '../../../../../../src/samples/sample.ts'

export const currentMessageRead: Sample = {
  type: 'message.read',
  shape: 'current',
  version: currentVersion,
  build: (context) =>
    currentEnvelope(context, 'message.read', {
      resource: { id: context.objects.messageId },
      context: { orgId: context.business.orgId, conversationId: context.objects.conversationId },
      link: conversationLink(context),
    }),
}
