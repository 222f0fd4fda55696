import { timeIn } from '../context.ts'
import type { Envelope, Fields, Sample, SampleContext } from '../sample.ts'
import { flatContact, isoTimestamp } from './parts.ts'

export function flatMessageReceived(context: SampleContext, fields: Fields = {}): Envelope {
  const { business, customer, objects } = context
  return {
    type: 'message.received',
    data: {
      messageId: objects.messageId,
      from: customer.phoneNumber,
      to: business.phoneNumber,
      body: context.pick(business.inquiries, 'inquiry'),
      createdAt: timeIn(context),
      direction: 'inbound',
      status: 'received',
      phoneNumber: business.phoneNumber,
      contact: flatContact(context),
      conversation: {
        id: objects.conversationId,
        phoneNumbers: [customer.phoneNumber, business.phoneNumber],
      },
      ...fields,
    },
    timestamp: isoTimestamp(context),
  }
}

/** Says only that the message arrived; the text came with no event of its own. */
export function flatMessageDelivered(context: SampleContext): Envelope {
  return {
    type: 'message.delivered',
    data: {
      messageId: context.objects.messageId,
      status: 'delivered',
      deliveredAt: timeIn(context),
      phoneNumber: context.business.phoneNumber,
    },
    timestamp: isoTimestamp(context),
  }
}

export function flatMessageFailed(context: SampleContext): Envelope {
  return {
    type: 'message.failed',
    data: {
      messageId: context.objects.messageId,
      status: 'failed',
      failedAt: timeIn(context),
      error: { code: '30003', message: 'Unreachable destination handset' },
      phoneNumber: context.business.phoneNumber,
    },
    timestamp: isoTimestamp(context),
  }
}

const shape = 'flat'
const version = 'flat'

export const flatMessages: readonly Sample[] = [
  { type: 'message.received', shape, version, build: flatMessageReceived },
  { type: 'message.delivered', shape, version, build: flatMessageDelivered },
  { type: 'message.failed', shape, version, build: flatMessageFailed },
]
