import { isIP } from 'node:net'
import { FormatRegistry } from '@sinclair/typebox'

/** Names to TypeBox the forms of text that settings take. Safe to call again. */
export function registerForms(): void {
  FormatRegistry.Set('openphone:signing-secret', isSigningSecret)
  FormatRegistry.Set('openphone:postgres-url', isPostgresUrl)
  FormatRegistry.Set('openphone:proxy-list', isProxyList)
}

/** Shorter keys can be guessed; HMAC-SHA256 itself takes any length. */
const SECRET_BYTES_MIN = 16

/** `whsec_<base64>` or bare `<base64>` of at least 16 bytes, or `hex:<text>` of at least 16 characters. */
export function isSigningSecret(text: string): boolean {
  if (text.startsWith('hex:')) return text.length - 'hex:'.length >= SECRET_BYTES_MIN
  const base64 = text.replace(/^whsec_/, '')
  const bytes = Buffer.from(base64, 'base64')
  // Decoding passes over whatever is not base64; encoded again, a cut or mistyped secret comes out different.
  const again = bytes.toString('base64')
  const isBase64 = base64 === again || base64 === again.replace(/=+$/, '')
  return isBase64 && bytes.length >= SECRET_BYTES_MIN
}

/** `postgres://[user[:password]@][host[:port][,host[:port]…]][/database][?options]`, as libpq takes it. */
function isPostgresUrl(text: string): boolean {
  const match = /^postgres(?:ql)?:\/\/(?:([^@/?#\s]*)@)?([^@/?#\s]*)(?:\/[^?#\s]*)?(?:\?[^#\s]*)?$/.exec(text)
  if (!match) return false
  const [, credentials = '', hosts = ''] = match
  const parts = hosts === '' ? [''] : hosts.split(',')
  return (
    parts.every((host) =>
      host === '' ? parts.length === 1 : URL.canParse(`postgres://${credentials}@${host}/`),
    ) && isPercentEncoded(text)
  )
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

const proxyNames = ['loopback', 'linklocal', 'uniquelocal']

/** Comma-separated addresses, networks in CIDR form and the names that Fastify's `trustProxy` knows. */
function isProxyList(text: string): boolean {
  return text.split(',').every((part) => {
    const entry = part.trim()
    if (proxyNames.includes(entry)) return true
    const [address = '', prefix = '0', ...rest] = entry.split('/')
    const family = isIP(address)
    const bits = family === 4 ? 32 : 128
    return rest.length === 0 && family !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits
  })
}
