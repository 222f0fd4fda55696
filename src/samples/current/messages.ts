import { timeIn } from '../context.ts'
import { contactsFound, conversationLink, currentEnvelope } from '../envelopes.ts'
import { currentVersion, type Envelope, type Fields, type Sample, type SampleContext } from '../sample.ts'

/** An inbound text, with a picture where the text promises one. */
export function messageReceived(context: SampleContext, fields: Fields = {}): Envelope {
  const text = context.pick(context.business.inquiries, 'inquiry')
  const media = text.includes('📷') ? [picture(context)] : []
  return incoming(context, 'message.received', { text, media, status: 'received', ...fields })
}

export function messageDelivered(context: SampleContext, fields: Fields = {}): Envelope {
  return outgoing(context, 'message.delivered', { media: [], status: 'delivered', ...fields })
}

/** Failed while sending; carries no media. */
export function messageFailed(context: SampleContext, fields: Fields = {}): Envelope {
  return outgoing(context, 'message.failed', { status: 'failed', errorCode: '30008', ...fields })
}

/** Refused by the carrier for good. */
export function messageUndelivered(context: SampleContext, fields: Fields = {}): Envelope {
  return outgoing(context, 'message.undelivered', {
    media: [],
    status: 'undelivered',
    errorCode: '30007',
    ...fields,
  })
}

function incoming(context: SampleContext, type: string, fields: Fields): Envelope {
  const { business, customer, objects } = context
  return currentEnvelope(context, type, {
    resource: {
      id: objects.messageId,
      direction: 'incoming',
      ...fields,
      createdAt: timeIn(context),
    },
    context: messageContext(context, customer.phoneNumber, business.phoneNumber),
    link: conversationLink(context),
  })
}

function outgoing(context: SampleContext, type: string, fields: Fields): Envelope {
  const { business, customer, objects } = context
  return currentEnvelope(context, type, {
    resource: {
      id: objects.messageId,
      direction: 'outgoing',
      text: context.pick(business.replies, 'reply'),
      ...fields,
      // The message was written a moment before the carrier answered.
      createdAt: timeIn(context, -2),
    },
    context: messageContext(context, business.phoneNumber, customer.phoneNumber),
    link: conversationLink(context),
  })
}

function messageContext(context: SampleContext, sender: string, recipient: string): Fields {
  const { business, objects } = context
  return {
    orgId: business.orgId,
    phoneNumberId: business.phoneNumberId,
    conversationId: objects.conversationId,
    userId: business.userId,
    contacts: contactsFound(context),
    senderIdentifier: sender,
    recipientIdentifiers: [recipient],
  }
}

function picture(context: SampleContext): Fields {
  return { url: `https://media.example.com/${context.objects.messageId}/1.jpg`, type: 'image/jpeg' }
}

const shape = 'current'
const version = currentVersion

export const currentMessages: readonly Sample[] = [
  { type: 'message.received', shape, version, build: messageReceived },
  { type: 'message.delivered', shape, version, build: messageDelivered },
  { type: 'message.failed', shape, version, build: messageFailed },
  { type: 'message.undelivered', shape, version, build: messageUndelivered },
]
