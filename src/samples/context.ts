import { hash, randomUUID } from 'node:crypto'
import { businesses } from './businesses/index.ts'
import { customerAt, customerCount } from './customers.ts'
import type { ContactLookup, IdPrefix, SampleContext, SampleObjects } from './sample.ts'

export interface ContextOptions {
  /** The same seed gives the same people and ids. Without one, everything is new. */
  seed?: string | undefined
  /** Default: the present. */
  now?: Date | undefined
  /** Default: the customer is a known contact. */
  contactLookup?: ContactLookup | undefined
}

// As long as the provider's own ids.
const idLengths: Record<IdPrefix, number> = {
  AC: 32,
  CN: 32,
  CT: 24,
  EV: 32,
  RE: 32,
  TK: 16,
  VM: 32,
  msg_: 27,
}

/** A context about new objects, or, with a seed, about those that the seed stands for. */
export function createContext(options: ContextOptions = {}): SampleContext {
  const seed = options.seed ?? randomUUID()
  const now = options.now ?? new Date()
  let idsGiven = 0
  const digest = (thing: string) => hash('sha256', `${seed}/${thing}`)
  const numberFor = (thing: string) => Number.parseInt(digest(thing).slice(0, 8), 16)
  const freshId = (prefix: IdPrefix) => {
    idsGiven += 1
    return prefix + digest(`id ${idsGiven}`).slice(0, idLengths[prefix])
  }
  const pick = <T>(choices: readonly [T, ...T[]], thing: string): T =>
    choices[numberFor(thing) % choices.length] ?? choices[0]
  return {
    now,
    sentAt: now,
    customer: customerAt(numberFor('customer') % customerCount),
    business: pick(businesses, 'business'),
    contactLookup: options.contactLookup ?? 'matched',
    objects: {
      messageId: freshId('AC'),
      callId: freshId('AC'),
      voicemailActivityId: freshId('AC'),
      voicemailId: freshId('VM'),
      recordingId: freshId('RE'),
      conversationId: freshId('CN'),
      taskId: freshId('TK'),
    },
    freshId,
    pick,
  }
}

/** The same objects, so many seconds later (earlier, when negative). */
export function later(context: SampleContext, seconds: number): SampleContext {
  return { ...context, now: new Date(context.now.getTime() + seconds * 1000) }
}

/** The same objects, sent at another time. */
export function sentAgain(context: SampleContext, now: Date): SampleContext {
  return { ...context, now, sentAt: now }
}

/** The same people, but another message or call: a reply, a call back. */
export function another(context: SampleContext, object: 'messageId' | 'callId'): SampleContext {
  const objects: SampleObjects = { ...context.objects, [object]: context.freshId('AC') }
  return { ...context, objects }
}

/** The same objects, with the provider finding the contact, or not. */
export function finding(context: SampleContext, contactLookup: ContactLookup): SampleContext {
  return { ...context, contactLookup }
}

/** ISO 8601 in UTC with milliseconds, so many seconds from the context's `now`. */
export function timeIn(context: SampleContext, seconds = 0): string {
  return new Date(context.now.getTime() + seconds * 1000).toISOString()
}
