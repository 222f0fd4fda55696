import { createHmac, createSecretKey } from 'node:crypto'
import type { RequestHeaders } from '../../src/webhook/headers.ts'
import { sign, verify } from '../../src/webhook/standard.ts'
import t from '../helper/tap.ts'

// The public test vector of Standard Webhooks.
const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
const body = Buffer.from('{"test": 2432232314}')
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
const vector = {
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': '1614265330',
  'webhook-signature': signature,
}
const signedAt = 1614265330_000
const otherKey = Buffer.alloc(24, 7)
const wrong = `v1,${Buffer.alloc(32, 1).toString('base64')}`

function check(headers: RequestHeaders, { now = signedAt, keys = [key], content = body } = {}): string {
  const secretKeys = keys.map((bytes) => createSecretKey(bytes))
  return verify(headers, content, secretKeys, { toleranceSeconds: 300, now })
}

t.test('the public Standard Webhooks vector verifies, and signing makes it', async (t) => {
  t.equal(check(vector), vector['webhook-id'])
  t.strictSame(sign({ key, id: vector['webhook-id'], timestamp: new Date(signedAt + 999), body }), vector)
})

t.test('one good v1 entry among others is enough, wherever it stands', async (t) => {
  const headers = [
    `${wrong} ${signature}`,
    `${signature} ${wrong}`,
    `v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== ${signature}`,
    `v2,anything v0,${signature.slice(3)} ${signature}`,
    `v1,tooshort v1 v1, , ${signature}`,
    `  ${signature}  ${wrong} `,
    `${`${wrong} `.repeat(200)}${signature}`,
  ]
  for (const value of headers) t.ok(check({ ...vector, 'webhook-signature': [value] }), value.slice(0, 80))
})

t.test('a signature by any of several secrets verifies', async (t) => {
  t.ok(check(vector, { keys: [otherKey, key] }))
  t.ok(check(vector, { keys: [key, otherKey] }))
})

t.test('a signature header that is missing, malformed or wrong is refused and named', async (t) => {
  const digest = signature.slice('v1,'.length)
  const values: { [what: string]: string | undefined } = {
    missing: undefined,
    empty: '',
    'without a version': digest,
    'of another version': `v2,${digest}`,
    'of a version in capitals': `V1,${digest}`,
    'with the version only': 'v1,',
    'not padded': signature.slice(0, -1),
    'padded twice': `${signature}=`,
    'with url-safe letters': signature.replaceAll('+', '-').replaceAll('/', '_'),
    'with other unused bits at its end': signature.replace('OE=', 'OF='),
    'with a tab in it': signature.replace('+', '\t+'),
    'in hex': `v1,${Buffer.from(digest, 'base64').toString('hex')}`,
    'separated by commas': `${wrong},${signature}`,
    'of the right length but wrong': wrong,
  }
  for (const [what, value] of Object.entries(values)) {
    const refused = { name: 'SignatureError', reason: 'signature', message: /signature.*webhook-signature/i }
    t.throws(() => check({ ...vector, 'webhook-signature': value }), refused, what)
  }
})

t.test('the wrong secret, the wrong id and the wrong body are refused', async (t) => {
  const refused = { reason: 'signature', message: /webhook-signature does not match/ }
  t.throws(() => check(vector, { keys: [otherKey] }), refused)
  t.throws(() => check({ ...vector, 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJel' }), refused)
  t.throws(() => check({ ...vector, 'webhook-timestamp': '1614265331' }), refused)
  t.throws(() => check(vector, { content: Buffer.from('{"test":2432232314}') }), refused, 'other spacing')
  t.throws(() => check(vector, { content: Buffer.alloc(0) }), refused, 'no body')
})

t.test('every bit of the signature counts', async (t) => {
  const digest = Buffer.from(signature.slice('v1,'.length), 'base64')
  const texts: string[] = []
  for (let bit = 0; bit < digest.length * 8; bit++)
    texts.push(`v1,${flipped(digest, bit).toString('base64')}`)
  for (let bit = 0; bit < signature.length * 8; bit++) {
    texts.push(flipped(Buffer.from(signature), bit).toString('latin1'))
  }
  const accepted = texts.filter((text) => {
    try {
      return check({ ...vector, 'webhook-signature': text })
    } catch {
      return false
    }
  })
  t.strictSame(accepted, [])
})

t.test('without webhook-id or webhook-timestamp nothing can be checked', async (t) => {
  for (const name of ['webhook-id', 'webhook-timestamp']) {
    for (const value of [undefined, '', []]) {
      const refused = { reason: 'signature', message: new RegExp(`signature.*${name} is (missing|empty)`) }
      t.throws(() => check({ ...vector, [name]: value }), refused)
    }
  }
})

t.test('a header sent twice is refused, as an array or joined', async (t) => {
  for (const [name, value] of Object.entries(vector)) {
    const refused = { reason: 'signature', message: new RegExp(`${name} was sent more than once`) }
    t.throws(() => check({ ...vector, [name]: [value, value] }), refused)
    t.throws(() => check({ ...vector, [name]: `${value}, ${value}` }), refused)
    t.throws(() => check({ ...vector, [name]: `, ${value}` }), refused, 'the first of them empty')
  }
})

t.test('a timestamp that is not all digits is malformed, even when it is what was signed', async (t) => {
  const malformed = [
    '-1614265330',
    '+1614265330',
    '1614265330.0',
    '1614265330Z',
    '0x60381a32',
    '1.6e9',
    '١٦١',
  ]
  for (const timestamp of [...malformed, '2021-02-25T15:02:10Z', 'now', ' 1614265330', '1'.repeat(16)]) {
    const headers = signedWith(timestamp)
    t.throws(
      () => check(headers),
      { reason: 'signature', message: /timestamp in the header webhook-timestamp/ },
      timestamp,
    )
  }
  t.ok(check(signedWith('01614265330')), 'a leading zero is a digit')
})

t.test('the replay window includes its edges, in the past and in the future', async (t) => {
  for (const offset of [-300_000, -1, 0, 1, 300_000]) t.ok(check(vector, { now: signedAt + offset }))
  const old = { reason: 'timestamp', message: 'The timestamp in the header webhook-timestamp is too old.' }
  t.throws(() => check(vector, { now: signedAt + 300_001 }), old)
  const early = { reason: 'timestamp', message: /webhook-timestamp is too far in the future/ }
  t.throws(() => check(vector, { now: signedAt - 300_001 }), early)
})

t.test('milliseconds in webhook-timestamp are seconds of a far future', async (t) => {
  t.throws(() => check(signedWith('1614265330000')), { name: 'SignatureError', reason: 'timestamp' })
})

t.test('a wrong signature is told before a stale timestamp', async (t) => {
  t.throws(() => check({ ...vector, 'webhook-signature': wrong }, { now: 0 }), {
    name: 'SignatureError',
    reason: 'signature',
  })
})

/** Headers truly signed over any text as the timestamp. */
function signedWith(timestamp: string): RequestHeaders {
  const digest = createHmac('sha256', key).update(`msg_1.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` }
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}
