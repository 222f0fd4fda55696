import { randomUUID } from 'node:crypto'

/** What should become of an event. */
export type Fate = 'processed' | 'ignored' | 'failed'

/** A delivery of the provider: sent again, with the same id, until it is accepted. */
export interface Parcel {
  readonly webhookId: string
  readonly fate: Fate
  /** The message that a processed one makes a row of, with this text. */
  readonly messageId: string
  readonly body: Buffer
}

/** The next parcel: mostly texts, each a message of its own, with a few that nobody knows or can use. */
export function newParcel(index: number): Parcel {
  const id = randomUUID()
  const fate = index % 20 === 7 ? 'ignored' : index % 50 === 13 ? 'failed' : 'processed'
  const messageId = `AC${id}`
  const createdAt = new Date().toISOString()
  const resource = {
    id: messageId,
    direction: 'incoming',
    text: textOf(messageId),
    media: [],
    status: 'received',
    createdAt,
  }
  const envelope = {
    id: `EV${id}`,
    apiVersion: '2026-03-30',
    createdAt,
    type: fate === 'ignored' ? 'integration.faults' : 'message.received',
    data: {
      // Without an id there is no row it could be about.
      resource: fate === 'failed' ? { ...resource, id: null } : resource,
      context: {
        senderIdentifier: `+1555555${String(index % 97).padStart(4, '0')}`,
        recipientIdentifiers: ['+15555550199'],
      },
      links: { quo: null },
    },
  }
  return { webhookId: `msg_${id}`, fate, messageId, body: Buffer.from(JSON.stringify(envelope)) }
}

export function textOf(messageId: string): string {
  return `Text of ${messageId}`
}
