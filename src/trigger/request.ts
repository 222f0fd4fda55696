import * as hex from '../webhook/hex.ts'
import * as legacy from '../webhook/legacy.ts'
import type { SigningSecret } from '../webhook/secrets.ts'
import * as standard from '../webhook/standard.ts'
import type { Delivery } from './deliveries.ts'

export interface SignedRequest {
  readonly method: 'POST'
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: Buffer
}

/** The delivery as a request, signed as of now. */
export function signedRequest(delivery: Delivery, url: string, secret: SigningSecret): SignedRequest {
  const headers = { 'content-type': 'application/json', ...signatureHeaders(delivery, secret) }
  return { method: 'POST', url, headers, body: delivery.body }
}

function signatureHeaders({ id, body }: Delivery, { scheme, key }: SigningSecret): Record<string, string> {
  const timestamp = new Date()
  if (scheme === 'standard') return standard.sign({ key, id, timestamp, body })
  if (scheme === 'legacy') return legacy.sign({ key, timestamp, body })
  return hex.sign({ key, body })
}
