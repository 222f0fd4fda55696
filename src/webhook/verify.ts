import type { RequestHeaders } from './headers.ts'
import * as hex from './hex.ts'
import * as legacy from './legacy.ts'
import type { ReplayWindow } from './replay-window.ts'
import type { Scheme, SigningKeys } from './secrets.ts'
import { SignatureError } from './signature-error.ts'
import * as standard from './standard.ts'

export { SignatureError } from './signature-error.ts'

export interface Delivered extends ReplayWindow {
  /** Best from `headersAsSent(request.rawHeaders)`; node's `headers` will do. */
  readonly headers: RequestHeaders
  /** The body's bytes as received, before any parsing: they are what is signed. */
  readonly body: Buffer
  readonly keys: SigningKeys
}

export interface Verified {
  readonly scheme: Scheme
  /** The `webhook-id` header, unique per delivery and the same over its retries; null but for `standard`. */
  readonly webhookId: string | null
}

const signatureHeader: { readonly [scheme in Scheme]: string } = {
  standard: 'webhook-signature',
  legacy: 'openphone-signature',
  hex: 'x-openphone-signature',
}

/**
 * Checks that a delivery was signed with one of the configured secrets, and when. The headers choose the
 * scheme: the first present of standard, legacy and hex. It alone is checked, so a bad signature is never
 * made good by a second header. For `hex` the time is checked after parsing, by `checkBodyTimestamp`.
 * @throws SignatureError
 */
export function verify({ headers, body, keys, toleranceSeconds, now }: Delivered): Verified {
  const scheme = schemeOf(headers)
  if (keys[scheme].length === 0) {
    throw new SignatureError(
      'signature',
      `The signature in the header ${signatureHeader[scheme]} cannot be checked: no secret is configured for it.`,
    )
  }
  const window = { toleranceSeconds, now }
  if (scheme === 'standard') {
    return { scheme, webhookId: standard.verify(headers, body, keys.standard, window) }
  }
  if (scheme === 'legacy') legacy.verify(headers, body, keys.legacy, window)
  else hex.verify(headers, body, keys.hex)
  return { scheme, webhookId: null }
}

function schemeOf(headers: RequestHeaders): Scheme {
  if (headers['webhook-signature'] !== undefined || headers['webhook-id'] !== undefined) return 'standard'
  if (headers[signatureHeader.legacy] !== undefined) return 'legacy'
  if (headers[signatureHeader.hex] !== undefined) return 'hex'
  throw new SignatureError(
    'signature',
    `The signature is missing: looked for the headers ${Object.values(signatureHeader).join(', ')}.`,
  )
}
