import { timeIn } from './context.ts'
import { currentVersion, type Envelope, type Fields, type SampleContext } from './sample.ts'

/** The parts of a current payload's `data`. */
export interface CurrentData {
  readonly resource: Fields
  readonly context: Fields
  /** The deep link into the provider's app. */
  readonly link: string | null
}

export function currentEnvelope(
  context: SampleContext,
  type: string,
  { resource, context: around, link }: CurrentData,
): Envelope {
  return {
    id: context.freshId('EV'),
    apiVersion: currentVersion,
    createdAt: timeIn(context),
    type,
    data: { resource, context: around, links: { quo: link } },
  }
}

/** @param version `v1` to `v4`. */
export function legacyEnvelope(
  context: SampleContext,
  type: string,
  version: string,
  object: Fields,
): Envelope {
  return {
    id: context.freshId('EV'),
    object: 'event',
    apiVersion: version,
    createdAt: timeIn(context),
    type,
    data: { object },
  }
}

/** The deep link of a conversation, as the provider's app writes it. */
export function conversationLink(context: SampleContext): string {
  const { business, objects } = context
  return `https://my.quo.com/inbox/${business.phoneNumberId}/c/${objects.conversationId}`
}

/** The ids of the contacts found for the customer's number. */
export function contactIds({ contactLookup, customer }: SampleContext): string[] {
  return contactLookup === 'matched' ? [customer.contactId] : []
}

/** `context.contacts` of the current shape: an empty list means "nobody" only when it says `none`. */
export function contactsFound(context: SampleContext): Fields {
  return { ids: contactIds(context), lookupStatus: context.contactLookup }
}
