import type { ContactNumberUpdate, Direction, OpenPhoneEvent } from '../vocabulary/updates.ts'
import { date, identifier, identifierList, label, record } from './fields.ts'
import { isE164, phoneNumber } from './phone-number.ts'
import type { Subject } from './shape.ts'

/** Readers of what the objects have in common: times, places, contacts. */

const OWN_TIMES = [
  'deliveredAt',
  'failedAt',
  'receivedAt',
  'completedAt',
  'missedAt',
  'processedAt',
  'startedAt',
  'createdAt',
]

/**
 * The time that an event's word about its object is judged by: the object's `updatedAt`, else the event's
 * own time, else the time that the shape names. Never the time of receipt, which redeliveries change.
 */
export function timeOf({ resource }: Subject, event: OpenPhoneEvent): Date | null {
  const time = date(resource.updatedAt) ?? event.occurredAt
  if (time !== null) return time
  for (const field of OWN_TIMES) {
    const own = date(resource[field])
    if (own !== undefined) return own
  }
  return null
}

/** The later of two times; one that is not known is no later. */
export function later(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b
  return a > b ? a : b
}

/** Stands for the time of a deletion that names none: the row must be marked all the same. */
export const DELETED_AT_UNKNOWN_TIME = new Date(0)

/** One spelling for the directions of all shapes. */
export function directionOf({ resource }: Subject): Direction | undefined {
  switch (label(resource.direction)?.trim().toLowerCase()) {
    case 'incoming':
    case 'inbound':
      return 'incoming'
    case 'outgoing':
    case 'outbound':
      return 'outgoing'
    default:
      return undefined
  }
}

/** Whose the object is and where in the app. */
export function placeOf({ context }: Subject) {
  return {
    conversation_id: identifier(context.conversationId) ?? identifier(record(context.conversation)?.id),
    phone_number_id: identifier(context.phoneNumberId),
    user_id: identifier(context.userId),
    org_id: identifier(context.orgId),
  }
}

/**
 * The provider's contacts that match the other party: `[]` where it looked and found none, undefined where
 * it could not look. Only the current shape tells the two apart, so an empty list elsewhere is unknown.
 */
export function contactIdsOf({ shape, resource, context }: Subject): string[] | undefined {
  if (shape === 'current') {
    const contacts = record(context.contacts)
    if (contacts?.lookupStatus === 'none') return []
    return contacts?.lookupStatus === 'matched' ? identifierList(contacts.ids) : undefined
  }
  const ids = identifierList(resource.contactIds) ?? identifierList(record(resource.contact)?.id)
  return ids?.length === 0 ? undefined : ids
}

/** The flat shape's word on who the other party is, where direction and numbers do not tell. */
export function contactPhoneOf({ resource }: Subject): string | undefined {
  const number = phoneNumber(record(resource.contact)?.phoneNumber)
  return isE164(number) ? number : undefined
}

/**
 * One update for each of the other parties' numbers. A name or contact id is put to a number only when it
 * can mean no other: `isOnlyParty` says whether the numbers are all the other parties there are.
 */
export function contactNumbersOf(
  subject: Subject,
  numbers: readonly (string | undefined)[],
  isOnlyParty: boolean,
  at: Date | null,
): ContactNumberUpdate[] {
  const contact = record(subject.resource.contact)
  const contactNumber = phoneNumber(contact?.phoneNumber)
  const contactIds = contactIdsOf(subject)
  return numbers.filter(isE164).map((id) => {
    const isMeant = contactNumber === undefined ? isOnlyParty : contactNumber === id
    return {
      kind: 'contact_number',
      id,
      at,
      fields: {
        provider_contact_id: isMeant && contactIds?.length === 1 ? contactIds[0] : undefined,
        name: isMeant ? label(contact?.name) : undefined,
      },
    }
  })
}
