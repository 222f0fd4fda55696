import { customerAt } from '../../../src/samples/customers.ts'
import { createContext, type Envelope } from '../../../src/samples/index.ts'
import type { SampleContext } from '../../../src/samples/sample.ts'

/** How many contacts the events are about. */
export const CONTACTS = 2_000

/** A context about new objects and one of the contacts, the same for the same index. */
export function contextAt(index: number, contact: number, now: Date): SampleContext {
  return { ...createContext({ seed: `bench/${index}`, now }), customer: customerAt(contact % CONTACTS) }
}

export function toBody(envelope: Envelope): Buffer {
  return Buffer.from(JSON.stringify(envelope))
}
