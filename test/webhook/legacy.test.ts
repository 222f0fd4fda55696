import { createHmac, createSecretKey } from 'node:crypto'
import type { RequestHeaders } from '../../src/webhook/headers.ts'
import { sign, verify } from '../../src/webhook/legacy.ts'
import t from '../helper/tap.ts'

// The example key of the provider's documentation, and its example timestamp.
const key = Buffer.from('R2ZLM2o0bFhBNVpyUnU2NG9mYXQ1MHNyR3pvSUhIVVg=', 'base64')
const signedAt = 1639710054089
const body = Buffer.from('{"object":{"id":"EV1"}}')
const otherKey = Buffer.alloc(32, 7)
const good = entry(String(signedAt))
const wrong = `hmac;1;${signedAt};${Buffer.alloc(32, 1).toString('base64')}`

/** An entry truly signed over any text as the timestamp. */
function entry(timestamp: string, signingKey = key): string {
  const digest = createHmac('sha256', signingKey).update(`${timestamp}.${body}`).digest('base64')
  return `hmac;1;${timestamp};${digest}`
}

function check(
  header: RequestHeaders[string],
  { now = signedAt, keys = [key], content = body } = {},
): 'verified' {
  const secretKeys = keys.map((bytes) => createSecretKey(bytes))
  verify({ 'openphone-signature': header }, content, secretKeys, { toleranceSeconds: 300, now })
  return 'verified'
}

t.test('signing makes the documented form, and it verifies', async (t) => {
  const headers = sign({ key, timestamp: new Date(signedAt), body })
  t.strictSame(headers, { 'openphone-signature': good })
  t.ok(check(headers['openphone-signature']))
})

t.test('a timestamp of ten digits is in seconds', async (t) => {
  t.ok(check(entry('1639710054')))
  t.throws(() => check(entry('1639710054'), { now: signedAt + 300_000 }), {
    name: 'SignatureError',
    reason: 'timestamp',
  })
})

t.test('one good entry among others is enough, wherever it stands', async (t) => {
  const digest = good.split(';')[3]
  const headers = [
    `${wrong},${good}`,
    `${good},${wrong}`,
    `${wrong}, ${good}`,
    `${wrong} ,\t${good} ,`,
    `hmac;2;${signedAt};${digest},${good}`,
    `ed25519;1;x,;;;,hmac;1,hmac;1;x;${digest},hmac;1;${signedAt};short,hmac;1;1;${digest};more,${good}`,
    Array(8).fill(good).join(','),
  ]
  for (const header of headers) t.ok(check([header]), header)
})

t.test('a signature by any of several secrets verifies', async (t) => {
  t.ok(check(good, { keys: [otherKey, key] }))
  t.ok(check(`${entry(String(signedAt), otherKey)},${wrong}`, { keys: [key, otherKey] }))
})

t.test('more entries than anyone sends are refused before any is checked', async (t) => {
  const refused = { reason: 'signature', message: /openphone-signature holds more than 8 signatures/ }
  t.throws(() => check(Array(9).fill(good).join(',')), refused)
  t.throws(() => check(','.repeat(16_000)), refused)
})

t.test('a header that is missing, malformed or wrong is refused and named', async (t) => {
  const digest = good.split(';')[3] ?? ''
  const values: { [what: string]: RequestHeaders[string] } = {
    missing: undefined,
    empty: '',
    'an empty list': [],
    'the digest alone': digest,
    'of another version': `hmac;2;${signedAt};${digest}`,
    'of another algorithm': `HMAC;1;${signedAt};${digest}`,
    'of three fields': `hmac;1;${signedAt}`,
    'of five fields': `${good};`,
    'with spaces between fields': `hmac; 1; ${signedAt}; ${digest}`,
    'not padded': good.slice(0, -1),
    'in hex': `hmac;1;${signedAt};${Buffer.from(digest, 'base64').toString('hex')}`,
    'separated by spaces': `${wrong} ${good}`,
    'of the right length but wrong': wrong,
    'with another timestamp than the signed one': good.replace(String(signedAt), String(signedAt + 1)),
  }
  for (const [what, value] of Object.entries(values)) {
    const refused = {
      name: 'SignatureError',
      reason: 'signature',
      message: /signature.*openphone-signature/i,
    }
    t.throws(() => check(value), refused, what)
  }
  t.throws(
    () => check(good, { keys: [otherKey] }),
    { name: 'SignatureError', reason: 'signature' },
    'the wrong secret',
  )
  t.throws(
    () => check(good, { content: Buffer.from(`${body} `) }),
    { name: 'SignatureError', reason: 'signature' },
    'another body',
  )
})

t.test('every bit of the header counts', async (t) => {
  const bytes = Buffer.from(good)
  const accepted: string[] = []
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const text = flipped(bytes, bit).toString('latin1')
    try {
      check(text)
      accepted.push(text)
    } catch {}
  }
  t.strictSame(accepted, [])
})

t.test('a header sent twice is refused, as an array or joined', async (t) => {
  const refused = { reason: 'signature', message: /openphone-signature was sent more than once/ }
  t.throws(() => check([good, good]), refused)
  t.throws(() => check(`${good}, ${good}`), refused)
})

t.test('a timestamp that is not all digits is malformed, even when it is what was signed', async (t) => {
  for (const timestamp of ['', '-1', '+1639710054089', '1639710054.089', '1e12', 'now', '1'.repeat(16)]) {
    t.throws(() => check(entry(timestamp)), { reason: 'signature', message: /timestamp/ }, timestamp)
  }
})

t.test('the replay window includes its edges, in the past and in the future', async (t) => {
  for (const offset of [-300_000, -1, 0, 1, 300_000]) t.ok(check(good, { now: signedAt + offset }))
  const old = { reason: 'timestamp', message: /timestamp in the header openphone-signature is too old/ }
  t.throws(() => check(good, { now: signedAt + 300_001 }), old)
  const early = { reason: 'timestamp', message: /openphone-signature is too far in the future/ }
  t.throws(() => check(good, { now: signedAt - 300_001 }), early)
  t.throws(() => check(entry('0')), { name: 'SignatureError', reason: 'timestamp' })
})

t.test(
  'a stale entry does not spoil a fresh one, and a fresh but wrong one does not revive it',
  async (t) => {
    const stale = entry(String(signedAt - 300_001))
    t.ok(check(`${stale},${good}`))
    t.throws(() => check(`${stale},${wrong}`), { name: 'SignatureError', reason: 'timestamp' })
  },
)

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}
