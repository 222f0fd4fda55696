import type { Fields, SampleContext } from '../sample.ts'

/** The customer as the flat shape's `contact`; no more than the number where nobody is found for it. */
export function flatContact({ customer, contactLookup }: SampleContext): Fields {
  const isKnown = contactLookup === 'matched'
  return {
    id: isKnown ? customer.contactId : null,
    phoneNumber: customer.phoneNumber,
    name: isKnown ? `${customer.firstName} ${customer.lastName}` : null,
  }
}

/** The top-level `timestamp` in ISO 8601: when the relay sent the payload. */
export function isoTimestamp(context: SampleContext): string {
  return context.sentAt.toISOString()
}

/** The top-level `timestamp` as an integer of Unix seconds. */
export function unixTimestamp(context: SampleContext): number {
  return Math.floor(context.sentAt.getTime() / 1000)
}
