import { clinic } from '../../src/samples/businesses/clinic.ts'
import { plumber } from '../../src/samples/businesses/plumber.ts'
import { createContext } from '../../src/samples/context.ts'
import { type Customer, customerAt } from '../../src/samples/customers.ts'
import type { ContactLookup, SampleContext, SampleObjects } from '../../src/samples/sample.ts'

/** The world of a history is small, so that its events meet: in an object, a number, a moment. */

export const FIRST_MOMENT = new Date('2026-03-30T12:00:00.000Z')

/** Events happen at one of so many moments, a second apart. */
export const MOMENTS = 4

const other = customerAt(1)

/** Two customers, and a third who shares the number of the second. */
export const customers: readonly Customer[] = [
  customerAt(0),
  other,
  { ...customerAt(2), phoneNumber: other.phoneNumber },
]
export const numbers = [customerAt(0), customerAt(1), customerAt(2)].map(({ phoneNumber }) => phoneNumber)
export const contactIds = customers.map(({ contactId }) => contactId)

/** Two of every other object. */
export type Side = 'a' | 'b'

/** What one event is about, and when it happens. */
export interface Scene {
  /** Seconds after the first moment. */
  readonly second: number
  readonly side: Side
  readonly customer: Customer
  /** Two businesses: the workspace's own ids and numbers, and all texts, differ. */
  readonly isClinic: boolean
  readonly contactLookup: ContactLookup
}

/** The moment, so many seconds after the first one. */
export function moment(second: number): Date {
  return new Date(FIRST_MOMENT.getTime() + second * 1000)
}

export function objectsOf(side: Side): SampleObjects {
  return {
    messageId: `ACmessage-${side}`,
    callId: `ACcall-${side}`,
    voicemailActivityId: `ACvoicemail-${side}`,
    voicemailId: `VMvoicemail-${side}`,
    recordingId: `RErecording-${side}`,
    conversationId: `CNconversation-${side}`,
    taskId: `TKtask-${side}`,
  }
}

export function contextOf({ second, side, customer, isClinic, contactLookup }: Scene): SampleContext {
  return {
    ...createContext({ seed: 'world', now: moment(second), contactLookup }),
    customer,
    business: isClinic ? clinic : plumber,
    objects: objectsOf(side),
  }
}
