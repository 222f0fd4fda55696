import type { Direction, MediaItem, MessageUpdate, OpenPhoneEvent, Translate } from '../vocabulary/updates.ts'
import { date, filled, identifier, label, list, record, text } from './fields.ts'
import { idReader } from './identity.ts'
import { isE164, phoneNumber, phoneNumbers } from './phone-number.ts'
import { type Subject, subjectOf } from './shape.ts'
import { messageStatus } from './status.ts'
import {
  contactIdsOf,
  contactNumbersOf,
  contactPhoneOf,
  directionOf,
  placeOf,
  timeOf,
} from './surroundings.ts'

const messageId = idReader({ current: 'id', legacy: 'id', flat: 'messageId' })

/** What an event's type says of the message, where the payload does not say it itself. */
const SAID_BY_TYPE: Readonly<Record<string, { status: string; direction: Direction }>> = {
  'message.received': { status: 'received', direction: 'incoming' },
  'message.delivered': { status: 'delivered', direction: 'outgoing' },
  'message.failed': { status: 'failed', direction: 'outgoing' },
  'message.undelivered': { status: 'undelivered', direction: 'outgoing' },
}

/** `message.*` of all shapes: the message, and the numbers of those it came from or went to. */
export const translateMessage: Translate = (event) => {
  const subject = subjectOf(event)
  const { resource, context } = subject
  const id = messageId(subject)
  const at = timeOf(subject, event)
  const direction = directionOf(subject) ?? directionByType(subject, event)
  const from = phoneNumber(context.senderIdentifier) ?? phoneNumber(resource.from)
  const to = filled(phoneNumbers(context.recipientIdentifiers)) ?? filled(phoneNumbers(resource.to))
  const error = record(resource.error)

  const others = otherParties(subject, direction, from, to)
  const message: MessageUpdate = {
    kind: 'message',
    id,
    at,
    fields: {
      direction,
      status: messageStatus(resource.status) ?? SAID_BY_TYPE[event.type]?.status,
      error_code: identifier(resource.errorCode) ?? identifier(error?.code),
      error_message: label(resource.errorMessage) ?? label(error?.message) ?? label(resource.error),
      from_number: from,
      to_numbers: to,
      body: text(resource.text) ?? text(resource.body),
      media: mediaOf(resource.media),
      contact_phone: isE164(others[0]) ? others[0] : undefined,
      contact_ids: contactIdsOf(subject),
      ...placeOf(subject),
      deep_link: label(subject.deepLink),
      created_at: date(resource.createdAt),
      delivered_at: date(resource.deliveredAt) ?? happenedAt(event, 'message.delivered'),
      failed_at:
        date(resource.failedAt) ??
        happenedAt(event, 'message.failed') ??
        happenedAt(event, 'message.undelivered'),
    },
  }
  const isOnlyParty = (to?.length ?? 1) === 1
  return [message, ...contactNumbersOf(subject, others, isOnlyParty, at)]
}

/** The flat shape's reports of delivery name no direction, and are met for incoming messages too. */
function directionByType({ shape }: Subject, { type }: OpenPhoneEvent): Direction | undefined {
  if (shape === 'flat' && type !== 'message.received') return undefined
  return SAID_BY_TYPE[type]?.direction
}

function otherParties(
  subject: Subject,
  direction: Direction | undefined,
  from: string | undefined,
  to: readonly string[] | undefined,
): readonly (string | undefined)[] {
  if (direction === 'incoming') return [from ?? contactPhoneOf(subject)]
  if (direction === 'outgoing') return to ?? []
  return [contactPhoneOf(subject)]
}

/** Neither the current shape nor the legacy one has a field for the time, but the event tells it. */
function happenedAt(event: OpenPhoneEvent, type: string): Date | undefined {
  return event.type === type ? (event.occurredAt ?? undefined) : undefined
}

/** The attachments; some are given as bare links. What has no link is left out. */
function mediaOf(value: unknown): MediaItem[] | undefined {
  return list(value)?.flatMap((item) => {
    const given = record(item)
    const url = label(given === undefined ? item : given.url)
    const type = label(given?.type)
    if (url === undefined) return []
    return [type === undefined ? { url } : { url, type }]
  })
}
