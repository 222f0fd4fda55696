/**
 * Realistic payloads of every event the provider sends, in every shape it was ever sent in.
 *
 * - **shape**: the generation of the envelope: `current` (`data.resource`), `legacy` (`data.object`) or
 *   `flat` (the fields directly in `data`, as relays send them).
 * - **version**: the envelope's `apiVersion`; `flat` for the shape that has none.
 * - **sample**: one event type in one shape and version.
 * - **context**: whom and what a sample is about. Two builds in one context are two events about the same
 *   objects, each with an event id of its own; a new context is about new objects.
 *
 * All people, numbers and texts are invented: 555-01xx numbers and example.com addresses.
 */
import type { Business } from './businesses/business.ts'
import type { Customer } from './customers.ts'

export type Shape = 'current' | 'legacy' | 'flat'

export const shapes: readonly Shape[] = ['current', 'legacy', 'flat']

/** The version of the current shape, as `apiVersion` spells it. */
export const currentVersion = '2026-03-30'

/** What a webhook's body says, before it becomes JSON. */
export interface Envelope {
  type: string
  data: Record<string, unknown>
  [field: string]: unknown
}

/** Any fields of an object of the provider. */
export type Fields = Record<string, unknown>

export interface Sample {
  /** As the envelope spells it: `message.received`, but also `callSummary`. */
  readonly type: string
  readonly shape: Shape
  readonly version: string
  build(context: SampleContext): Envelope
}

/** Ids of the objects that a context is about. */
export interface SampleObjects {
  readonly messageId: string
  readonly callId: string
  /** The voicemail as an activity (`AC…`), and as a recording of its own (`VM…`). */
  readonly voicemailActivityId: string
  readonly voicemailId: string
  readonly recordingId: string
  readonly conversationId: string
  readonly taskId: string
}

/** What the provider says when it looks for the customer among the contacts. */
export type ContactLookup = 'matched' | 'none' | 'unavailable'

export interface SampleContext {
  /** The moment the event happens; everything in a payload is at or before it. */
  readonly now: Date
  /** The moment the payload is made. Relays stamp the flat shape with it, whatever `now` is. */
  readonly sentAt: Date
  readonly customer: Customer
  readonly business: Business
  readonly objects: SampleObjects
  readonly contactLookup: ContactLookup
  /** An id never given before in this context, such as `EV` and 32 hex digits. */
  freshId(prefix: IdPrefix): string
  /** One of the choices; the same one whenever it is asked for the same thing in the same context. */
  pick<T>(choices: readonly [T, ...T[]], thing: string): T
}

export type IdPrefix = 'AC' | 'CN' | 'CT' | 'EV' | 'RE' | 'TK' | 'VM' | 'msg_'
