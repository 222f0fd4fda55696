import fc from 'fast-check'
import type { RequestHeaders } from '../../src/webhook/headers.ts'
import * as hex from '../../src/webhook/hex.ts'
import * as legacy from '../../src/webhook/legacy.ts'
import { groupKeys, type Scheme, type SigningSecret } from '../../src/webhook/secrets.ts'
import * as standard from '../../src/webhook/standard.ts'
import { SignatureError, verify } from '../../src/webhook/verify.ts'
import t from '../helper/tap.ts'

const schemes: readonly Scheme[] = ['standard', 'legacy', 'hex']
const signedAt = new Date(1_700_000_000_000)
const id = 'msg_1'
const message = Buffer.from('{"type":"message.received","data":{}}')
const secrets: SigningSecret[] = schemes.map((scheme, index) => ({
  scheme,
  key: Buffer.alloc(32, index + 1),
}))

function signed({ scheme, key }: SigningSecret, body = message, timestamp = signedAt): RequestHeaders {
  if (scheme === 'standard') return standard.sign({ key, id, timestamp, body })
  return scheme === 'legacy' ? legacy.sign({ key, timestamp, body }) : hex.sign({ key, body })
}

function check(
  headers: RequestHeaders,
  { body = message, using = secrets }: { body?: Buffer; using?: SigningSecret[] } = {},
) {
  return verify({ headers, body, keys: groupKeys(using), toleranceSeconds: 300, now: signedAt.getTime() })
}

function isRefused(headers: RequestHeaders, body: Buffer, using: SigningSecret[]): boolean {
  try {
    check(headers, { body, using })
    return false
  } catch (error) {
    return error instanceof SignatureError && error.reason === 'signature'
  }
}

for (const secret of secrets) {
  const { scheme } = secret
  t.test(`a ${scheme} delivery verifies and says so`, async (t) => {
    t.strictSame(check(signed(secret)), { scheme, webhookId: scheme === 'standard' ? id : null })
  })

  t.test(`a ${scheme} delivery is refused when no secret of that scheme is configured`, async (t) => {
    const closed = { reason: 'signature', message: /signature in the header .* no secret is configured/ }
    const others = secrets.filter((other) => other.scheme !== scheme)
    t.throws(() => check(signed(secret), { using: others }), closed)
    t.throws(() => check(signed(secret), { using: [] }), closed)
  })

  t.test(
    `a ${scheme} delivery is refused when its key is configured for the other schemes only`,
    async (t) => {
      const using = secrets.map((other) => ({
        scheme: other.scheme,
        key: other.scheme === scheme ? Buffer.alloc(32, 9) : secret.key,
      }))
      t.throws(() => check(signed(secret), { using }), { name: 'SignatureError', message: /does not match/ })
    },
  )

  t.test(`whatever the ${scheme} body, key and format, what is signed verifies`, async () => {
    fc.assert(
      fc.property(bodies, keys, (body, key) => {
        return (
          check(signed({ scheme, key }, body), { body, using: [...secrets, { scheme, key }] }).scheme ===
          scheme
        )
      }),
    )
  })

  t.test(`whatever the change to a ${scheme} body, it is refused`, async () => {
    fc.assert(
      fc.property(bodies, changes, (body, change) => {
        const changed = change(body)
        fc.pre(!changed.equals(body))
        return isRefused(signed(secret, body), changed, secrets)
      }),
    )
  })

  t.test(`whatever the other ${scheme} key, it is refused`, async () => {
    fc.assert(
      fc.property(keys, (key) => {
        fc.pre(!key.equals(secret.key))
        return isRefused(signed({ scheme, key }), message, secrets)
      }),
    )
  })

  t.test(`the bytes are what is signed in a ${scheme} delivery, not the value they spell`, async (t) => {
    const value = {
      type: 'message.received',
      data: { text: 'Zoë 👩‍👩‍👧 \u2028 "\\" \n ñ', n: 1e21, empty: '' },
    }
    const compact = JSON.stringify(value)
    const spellings = [
      compact,
      JSON.stringify(value, null, 2),
      JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n'),
      compact.replaceAll(':', ': ').replaceAll(',', ', '),
      compact.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
      `\n ${compact}\n`,
    ].map((text) => Buffer.from(text))
    for (const signedBody of spellings) {
      for (const body of spellings) {
        const isSame = body === signedBody
        t.equal(isRefused(signed(secret, signedBody), body, secrets), !isSame, body.toString())
      }
    }
  })
}

t.test('a delivery without any signature is refused, and told what was looked for', async (t) => {
  const refused = {
    reason: 'signature',
    message: /signature is missing.*webhook-signature, openphone-signature, x-openphone-signature/,
  }
  t.throws(() => check({}), refused)
  t.throws(() => check({ 'content-type': 'application/json', 'webhook-timestamp': '1700000000' }), refused)
})

t.test('the first scheme present is the one that counts', async (t) => {
  const [first, second, third] = schemes.map((scheme) => secrets.find((secret) => secret.scheme === scheme))
  if (!first || !second || !third) throw new Error('a secret for each scheme')
  t.equal(check({ ...signed(third), ...signed(second), ...signed(first) }).scheme, 'standard')
  t.equal(check({ ...signed(third), ...signed(second) }).scheme, 'legacy')
})

t.test('a good signature does not make up for a bad one of an earlier scheme', async (t) => {
  const [, second, third] = secrets
  if (!second || !third) throw new Error('a secret for each scheme')
  for (const name of ['webhook-signature', 'webhook-id']) {
    t.throws(() => check({ ...signed(second), [name]: 'x' }), { message: /webhook-/ })
    t.throws(() => check({ ...signed(second), [name]: '' }), { message: /webhook-/ })
  }
  t.throws(() => check({ ...signed(third), 'openphone-signature': 'x' }), { message: /openphone-signature/ })
  const closed = { ...signed(third), 'openphone-signature': 'x' }
  t.throws(() => check(closed, { using: [third] }), { message: /openphone-signature cannot be checked/ })
})

t.test('no message holds a value of the request or of a secret', async (t) => {
  const bad = 'S3CR3T'
  const requests: RequestHeaders[] = [
    { 'webhook-id': bad, 'webhook-timestamp': bad, 'webhook-signature': bad },
    { 'webhook-id': bad, 'webhook-timestamp': '1', 'webhook-signature': `v1,${bad}` },
    { 'webhook-id': [bad, bad] },
    { 'openphone-signature': bad },
    { 'openphone-signature': `hmac;1;${bad};${bad}` },
    { 'openphone-signature': [bad, bad] },
    { 'x-openphone-signature': bad },
    { 'x-openphone-signature': `${bad}, ${bad}` },
  ]
  for (const headers of requests) {
    t.throws(() => check(headers), { name: 'SignatureError', message: /^(?!.*S3CR3T)/ })
  }
})

const jsonText = fc
  .tuple(fc.json(), fc.constantFrom('', ' ', '\n', '\r\n\t'))
  .map(([text, space]) => Buffer.from(`${space}${text}${space}`))
const bytes = fc.uint8Array({ maxLength: 300 }).map((content) => Buffer.from(content))
const bodies = fc.oneof(jsonText, bytes)
const keys = fc.uint8Array({ minLength: 1, maxLength: 100 }).map((content) => Buffer.from(content))

/** Ways to change a body: a bit flipped, something put in, something cut out, something else altogether. */
const changes: fc.Arbitrary<(body: Buffer) => Buffer> = fc.oneof(
  fc.nat().map((bit) => (body: Buffer) => {
    const changed = Buffer.from(body)
    const index = body.length === 0 ? 0 : (bit >> 3) % body.length
    if (body.length > 0) changed[index] = (changed[index] ?? 0) ^ (1 << (bit & 7))
    return changed
  }),
  fc
    .tuple(fc.nat(), fc.constantFrom(' ', '\n', '\0', '\ufeff', '}', '.'))
    .map(([at, text]) => (body: Buffer) => {
      const index = at % (body.length + 1)
      return Buffer.concat([body.subarray(0, index), Buffer.from(text), body.subarray(index)])
    }),
  fc.nat().map((at) => (body: Buffer) => {
    const index = at % (body.length + 1)
    return Buffer.concat([body.subarray(0, index), body.subarray(index + 1)])
  }),
  bodies.map((other) => () => other),
)
