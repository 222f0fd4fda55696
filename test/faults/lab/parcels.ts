import { randomUUID } from 'node:crypto'

/** What should become of an event. */
export type Fate = 'processed' | 'ignored' | 'failed'

/**
 * What a parcel is like, and so what becomes of it: a text; of a type that nobody knows; a text without what makes
 * a row, which fails at once; and, where the database refuses some (`refuse` of refusals.ts), one that it refuses
 * each time, which fails after the last attempt, and one that it refuses at first.
 */
const FATES = {
  good: 'processed',
  unknown: 'ignored',
  unusable: 'failed',
  refused: 'failed',
  late: 'processed',
} as const satisfies Record<string, Fate>

export type Kind = keyof typeof FATES

/** A delivery of the provider: sent again, with the same id, until it is accepted. */
export interface Parcel {
  readonly webhookId: string
  readonly fate: Fate
  /** The message that a processed one makes a row of, with this text. */
  readonly messageId: string
  readonly text: string
  readonly body: Buffer
}

/** The kind of the next parcel: mostly good, with a few of each other one. */
export function kindOf(index: number, withRefusals: boolean): Kind {
  if (index % 20 === 7) return 'unknown'
  if (index % 50 === 13) return 'unusable'
  if (withRefusals && index % 50 === 33) return 'refused'
  if (withRefusals && index % 50 === 43) return 'late'
  return 'good'
}

/** A parcel of its own: a message that no other is about. */
export function newParcel(kind: Kind): Parcel {
  const id = randomUUID()
  const messageId = `AC${id}`
  const text = `A ${kind} text, ${messageId}`
  const createdAt = new Date().toISOString()
  const resource = { id: messageId, direction: 'incoming', text, media: [], status: 'received', createdAt }
  const envelope = {
    id: `EV${id}`,
    apiVersion: '2026-03-30',
    createdAt,
    type: kind === 'unknown' ? 'integration.faults' : 'message.received',
    data: {
      // Without an id there is no row it could be about.
      resource: kind === 'unusable' ? { ...resource, id: null } : resource,
      context: {
        // Few enough that batches meet at the same contacts.
        senderIdentifier: `+155555500${id.replace(/\D/g, '').slice(-2).padStart(2, '0')}`,
        recipientIdentifiers: ['+15555550199'],
      },
      links: { quo: null },
    },
  }
  const body = Buffer.from(JSON.stringify(envelope))
  return { webhookId: `msg_${id}`, fate: FATES[kind], messageId, text, body }
}
