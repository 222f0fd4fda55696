import { contactsFound, conversationLink, currentEnvelope } from '../envelopes.ts'
import type { Envelope, Fields, SampleContext } from '../sample.ts'

/** An event of the context's call, with all that the provider knows around it. */
export function callEvent(context: SampleContext, type: string, resource: Fields): Envelope {
  const { business } = context
  return currentEnvelope(context, type, {
    resource,
    context: {
      ...narrowContext(context),
      phoneNumberType: 'shared',
      userId: business.userId,
      contacts: contactsFound(context),
    },
    link: conversationLink(context),
  })
}

/** While the call rings, the contacts and the kind of number are not looked up yet. */
export function ringingEvent(context: SampleContext, type: string, resource: Fields): Envelope {
  return currentEnvelope(context, type, {
    resource,
    context: narrowContext(context),
    link: conversationLink(context),
  })
}

function narrowContext({ business, customer, objects }: SampleContext): Fields {
  return {
    orgId: business.orgId,
    phoneNumberId: business.phoneNumberId,
    conversationId: objects.conversationId,
    userId: business.userId,
    participants: {
      workspace: [business.phoneNumber],
      external: [customer.phoneNumber],
      resolution: 'available',
    },
  }
}
