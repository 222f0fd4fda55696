import { timeIn } from '../context.ts'
import { contactIds, legacyEnvelope } from '../envelopes.ts'
import type { Fields, Sample, SampleContext } from '../sample.ts'

// The four versions of one message object. v1 gave the least; v2 added media and the conversation, v3 the
// contacts; v4 renamed `body` to `text` and made `to` a list.
const versions: Record<string, (context: SampleContext, message: LegacyMessage) => Fields> = {
  v1: (context, message) => ({
    ...sides(message),
    to: message.to,
    body: message.text,
    status: message.status,
    createdAt: message.createdAt,
    userId: context.business.userId,
    phoneNumberId: context.business.phoneNumberId,
  }),
  v2: (context, message) => ({
    ...sides(message),
    to: message.to,
    body: message.text,
    media: message.media,
    ...common(context, message),
  }),
  v3: (context, message) => ({
    ...sides(message),
    to: message.to,
    body: message.text,
    media: message.media,
    ...common(context, message),
    contactIds: contactIds(context),
  }),
  v4: (context, message) => ({
    ...sides(message),
    to: [message.to],
    text: message.text,
    media: message.media,
    ...common(context, message),
    contactIds: contactIds(context),
  }),
}

interface LegacyMessage {
  id: string
  from: string
  to: string
  direction: 'incoming' | 'outgoing'
  text: string
  media: Fields[]
  status: string
  createdAt: string
}

function received(context: SampleContext): LegacyMessage {
  const { business, customer, objects } = context
  const text = context.pick(business.inquiries, 'inquiry')
  const url = `https://media.example.com/${objects.messageId}/1.jpg`
  return {
    id: objects.messageId,
    from: customer.phoneNumber,
    to: business.phoneNumber,
    direction: 'incoming',
    text,
    media: text.includes('📷') ? [{ url, type: 'image/jpeg' }] : [],
    status: 'received',
    createdAt: timeIn(context),
  }
}

function delivered(context: SampleContext): LegacyMessage {
  const { business, customer, objects } = context
  return {
    id: objects.messageId,
    from: business.phoneNumber,
    to: customer.phoneNumber,
    direction: 'outgoing',
    text: context.pick(business.replies, 'reply'),
    media: [],
    status: 'delivered',
    createdAt: timeIn(context, -2),
  }
}

function sides(message: LegacyMessage): Fields {
  return { id: message.id, object: 'message', from: message.from, direction: message.direction }
}

function common({ business, objects }: SampleContext, message: LegacyMessage): Fields {
  return {
    status: message.status,
    createdAt: message.createdAt,
    userId: business.userId,
    phoneNumberId: business.phoneNumberId,
    conversationId: objects.conversationId,
  }
}

const types = { 'message.received': received, 'message.delivered': delivered }

/** Legacy webhooks know only received and delivered. */
export const legacyMessages: readonly Sample[] = Object.entries(types).flatMap(([type, describe]) =>
  Object.entries(versions).map(
    ([version, write]): Sample => ({
      type,
      shape: 'legacy',
      version,
      build: (context) => legacyEnvelope(context, type, version, write(context, describe(context))),
    }),
  ),
)
