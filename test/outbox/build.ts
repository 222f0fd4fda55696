import { randomUUID } from 'node:crypto'
import type { Delivery } from '../../src/webhook/delivery.ts'

/** A delivery of a text that came in, with a key of its own; what matters to a test is given. */
export function buildDelivery(given: Partial<Delivery> = {}): Delivery {
  const id = randomUUID()
  return {
    scheme: 'standard',
    dedupeKey: `standard:msg_${id}`,
    type: 'message.received',
    apiVersion: '2026-03-30',
    providerEventId: `EV${id}`,
    occurredAt: new Date('2026-05-01T12:00:00.000Z'),
    payload: Buffer.from(JSON.stringify({ type: 'message.received', data: { messageId: `AC${id}` } })),
    ...given,
  }
}
