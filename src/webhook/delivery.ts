import { hash } from 'node:crypto'
import type { Envelope } from './envelope.ts'
import type { Scheme } from './secrets.ts'
import { isStorable } from './text.ts'
import type { Verified } from './verify.ts'

/** A verified webhook, ready to be stored. */
export interface Delivery {
  readonly scheme: Scheme
  /** Equal for deliveries that are repeats of one another; at most 774 bytes of UTF-8. */
  readonly dedupeKey: string
  readonly type: string
  readonly apiVersion: string | null
  readonly providerEventId: string | null
  readonly occurredAt: Date | null
  /** The body's bytes as received: valid JSON in UTF-8. */
  readonly payload: Buffer
}

/** Puts together what is stored of a webhook. */
export function toDelivery(verified: Verified, envelope: Envelope, body: Buffer): Delivery {
  return {
    scheme: verified.scheme,
    dedupeKey: `${verified.scheme}:${deliveryId(verified, envelope, body)}`,
    type: envelope.type,
    apiVersion: envelope.apiVersion,
    providerEventId: envelope.providerEventId,
    occurredAt: envelope.occurredAt,
    payload: body,
  }
}

/**
 * The webhook-id is the provider's idempotency key: the same over a delivery's retries, its own for each
 * delivery. Where there is none, the event's id stands in, and where there is none either, the body itself.
 */
function deliveryId({ webhookId }: Verified, { providerEventId }: Envelope, body: Buffer): string {
  const id = webhookId ?? providerEventId
  if (id === null) return `sha256:${hash('sha256', body)}`
  return isStorable(id) ? id : `sha256:${hash('sha256', id)}`
}
