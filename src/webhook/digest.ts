import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'

/** HMAC-SHA256 of the prefix followed by the body, without copying the body. */
export function hmacSha256(key: KeyObject | Buffer, prefix: string, body: Buffer): Buffer {
  return createHmac('sha256', key).update(prefix).update(body).digest()
}

/** Compares digests in constant time. `timingSafeEqual` throws on unequal lengths, hence the check before it. */
export function digestsEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

/**
 * Reads the base64 of a SHA-256 digest; null when the text is anything else. Node's own decoder skips what
 * it does not know, so many texts would stand for one digest; here only one does, down to the unused last bits.
 */
export function readBase64Digest(text: string): Buffer | null {
  return /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text) ? Buffer.from(text, 'base64') : null
}

/** Reads the hex of a SHA-256 digest, in any case; null when the text is anything else. */
export function readHexDigest(text: string): Buffer | null {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : null
}
