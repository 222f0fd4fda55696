import type { Fields, SampleContext } from '../sample.ts'

/** The customer as the flat shape's `contact`. */
export function flatContact({ customer }: SampleContext): Fields {
  return {
    id: customer.contactId,
    phoneNumber: customer.phoneNumber,
    name: `${customer.firstName} ${customer.lastName}`,
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
