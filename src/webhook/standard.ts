import type { KeyObject } from 'node:crypto'
import { digestsEqual, hmacSha256, readBase64Digest } from './digest.ts'
import { type RequestHeaders, soleHeader } from './headers.ts'
import { type ReplayWindow, requireInWindow } from './replay-window.ts'
import { SignatureError } from './signature-error.ts'

/**
 * Checks a delivery signed as Standard Webhooks (standardwebhooks.com): `v1,<base64>` entries separated by
 * spaces, over `{webhook-id}.{webhook-timestamp}.{body}`. Entries of other versions are passed over.
 * @returns the webhook-id.
 * @throws SignatureError
 */
export function verify(
  headers: RequestHeaders,
  body: Buffer,
  keys: readonly KeyObject[],
  window: ReplayWindow,
): string {
  const id = soleHeader(headers, 'webhook-id')
  const timestamp = soleHeader(headers, 'webhook-timestamp')
  const signatures = readSignatures(soleHeader(headers, 'webhook-signature'))
  // Fifteen digits keep the number exact; the window refuses what is absurd.
  if (!/^\d{1,15}$/.test(timestamp)) {
    throw refusal(
      'The signature cannot be checked: the timestamp in the header webhook-timestamp is not Unix seconds.',
    )
  }
  if (signatures.length === 0)
    throw refusal('The signature in the header webhook-signature is malformed: it must be v1,<base64>.')
  if (!matchesAny(`${id}.${timestamp}.`, body, keys, signatures)) {
    throw refusal('The signature in the header webhook-signature does not match.')
  }
  requireInWindow(Number(timestamp) * 1000, window, 'the header webhook-timestamp')
  return id
}

/** The headers of a delivery signed now, or whenever `timestamp` says (kept to the second). */
export function sign(delivery: { key: Buffer; id: string; timestamp: Date; body: Buffer }) {
  const seconds = Math.floor(delivery.timestamp.getTime() / 1000)
  const digest = hmacSha256(delivery.key, `${delivery.id}.${seconds}.`, delivery.body)
  return {
    'webhook-id': delivery.id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${digest.toString('base64')}`,
  }
}

function readSignatures(header: string): Buffer[] {
  const digests: Buffer[] = []
  for (const entry of header.split(' ')) {
    const digest = entry.startsWith('v1,') ? readBase64Digest(entry.slice('v1,'.length)) : null
    if (digest !== null) digests.push(digest)
  }
  return digests
}

function matchesAny(prefix: string, body: Buffer, keys: readonly KeyObject[], signatures: Buffer[]): boolean {
  for (const key of keys) {
    const expected = hmacSha256(key, prefix, body)
    for (const signature of signatures) if (digestsEqual(expected, signature)) return true
  }
  return false
}

function refusal(message: string): SignatureError {
  return new SignatureError('signature', message)
}
