import type { KeyObject } from 'node:crypto'
import { digestsEqual, hmacSha256, readHexDigest } from './digest.ts'
import { type RequestHeaders, soleHeader } from './headers.ts'
import { toMilliseconds } from './instant.ts'
import { type ReplayWindow, requireInWindow } from './replay-window.ts'
import { SignatureError } from './signature-error.ts'

const header = 'x-openphone-signature'

/**
 * Checks a delivery whose body alone is signed: `<hex>`, `sha256=<hex>` or `SHA256=<hex>`. Nothing signed here
 * tells the time: call `checkBodyTimestamp` once the body is parsed.
 * @throws SignatureError
 */
export function verify(headers: RequestHeaders, body: Buffer, keys: readonly KeyObject[]): void {
  const signature = readHexDigest(soleHeader(headers, header).replace(/^sha256=/i, ''))
  if (signature === null) {
    throw new SignatureError(
      'signature',
      `The signature in the header ${header} is malformed: it must be sha256=<hex>.`,
    )
  }
  for (const key of keys) if (digestsEqual(hmacSha256(key, '', body), signature)) return
  throw new SignatureError('signature', `The signature in the header ${header} does not match.`)
}

/**
 * Applies the replay window to the body's own top-level `timestamp`: a number (seconds or milliseconds) or
 * ISO 8601 text. A body without one passes: deduplication is then the only protection from replays.
 * For the hex scheme only, whose header has no timestamp of its own.
 * @throws SignatureError with reason `timestamp`.
 */
export function checkBodyTimestamp(envelope: { readonly timestamp: unknown }, window: ReplayWindow): void {
  const milliseconds = toMilliseconds(envelope.timestamp)
  if (milliseconds !== null) requireInWindow(milliseconds, window, `the body signed in the header ${header}`)
}

/** The header of a delivery. */
export function sign(delivery: { key: Buffer; body: Buffer }) {
  return { [header]: `sha256=${hmacSha256(delivery.key, '', delivery.body).toString('hex')}` } as const
}
