import { createHmac, createSecretKey } from 'node:crypto'
import type { RequestHeaders } from '../../src/webhook/headers.ts'
import { checkBodyTimestamp, sign, verify } from '../../src/webhook/hex.ts'
import t from '../helper/tap.ts'

const key = Buffer.from('test_secret')
const body = Buffer.from('{"type":"message.received","data":{}}')
const digest = createHmac('sha256', key).update(body).digest()
const good = digest.toString('hex')
const wrong = Buffer.alloc(32, 1).toString('hex')
const now = 1_700_000_000_000

function check(header: RequestHeaders[string], { keys = [key], content = body } = {}): 'verified' {
  const secretKeys = keys.map((bytes) => createSecretKey(bytes))
  verify({ 'x-openphone-signature': header }, content, secretKeys)
  return 'verified'
}

function checkTimestamp(timestamp: unknown): 'accepted' {
  checkBodyTimestamp({ timestamp }, { toleranceSeconds: 300, now })
  return 'accepted'
}

t.test('hex verifies bare, after sha256= and after SHA256=, in any case', async (t) => {
  for (const text of [good, good.toUpperCase()]) {
    for (const prefix of ['', 'sha256=', 'SHA256=']) t.ok(check(prefix + text), prefix + text)
  }
  t.strictSame(sign({ key, body }), { 'x-openphone-signature': `sha256=${good}` })
})

t.test('a signature by any of several secrets verifies', async (t) => {
  t.ok(check(good, { keys: [Buffer.from('other'), key] }))
})

t.test('a header that is missing, malformed or wrong is refused and named', async (t) => {
  const values: { [what: string]: string | undefined } = {
    missing: undefined,
    empty: '',
    'a prefix alone': 'sha256=',
    'of another digest': `sha1=${good.slice(0, 40)}`,
    'with a prefix twice': `sha256=sha256=${good}`,
    'with a space': `sha256= ${good}`,
    'one digit short': good.slice(1),
    'one digit long': `${good}0`,
    'a byte long': `${good}00`,
    'with a letter beyond f': `${good.slice(0, -1)}g`,
    'in base64': digest.toString('base64'),
    'a list': `${good},${good}`,
    'with a line after it': `${good}\n`,
    'of the right length but wrong': wrong,
  }
  for (const [what, value] of Object.entries(values)) {
    const refused = { name: 'SignatureError', reason: 'signature', message: /x-openphone-signature/ }
    t.throws(() => check(value), refused, what)
  }
  t.throws(
    () => check(good, { keys: [Buffer.from('Test_secret')] }),
    { name: 'SignatureError', reason: 'signature' },
    'the wrong secret',
  )
  t.throws(
    () => check(good, { content: Buffer.from(`${body}\n`) }),
    { name: 'SignatureError', reason: 'signature' },
    'another body',
  )
})

t.test('every bit of the digest counts', async (t) => {
  const accepted: number[] = []
  for (let bit = 0; bit < digest.length * 8; bit++) {
    const flipped = Buffer.from(digest)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    try {
      check(`sha256=${flipped.toString('hex')}`)
      accepted.push(bit)
    } catch {}
  }
  t.strictSame(accepted, [])
})

t.test('a header sent twice is refused, as an array or joined', async (t) => {
  const refused = { reason: 'signature', message: /x-openphone-signature was sent more than once/ }
  t.throws(() => check([good, good]), refused)
  t.throws(() => check(`${good}, ${good}`), refused)
})

t.test('the window applies to a timestamp in the body: seconds, milliseconds or ISO', async (t) => {
  const forms = [
    (at: number) => at / 1000,
    (at: number) => at,
    (at: number) => new Date(at).toISOString(),
    (at: number) => new Date(at).toISOString().replace('Z', '+00:00'),
    (at: number) => new Date(at).toISOString().replace('Z', '123'),
  ]
  for (const form of forms) {
    for (const offset of [-300_000, 0, 300_000]) t.ok(checkTimestamp(form(now + offset)), String(form(now)))
    const old = { reason: 'timestamp', message: /timestamp in the body.*x-openphone-signature is too old/ }
    t.throws(() => checkTimestamp(form(now - 301_000)), old)
    t.throws(() => checkTimestamp(form(now + 301_000)), { reason: 'timestamp', message: /future/ })
  }
})

t.test('a number no clock shows is outside the window', async (t) => {
  for (const timestamp of [0, -1, 1e20, -1e20, Number.POSITIVE_INFINITY]) {
    t.throws(
      () => checkTimestamp(timestamp),
      { name: 'SignatureError', reason: 'timestamp' },
      String(timestamp),
    )
  }
})

t.test('a body without a readable timestamp is accepted', async (t) => {
  for (const timestamp of [undefined, null, '', 'yesterday', '2023-11-14', true, {}, [now]]) {
    t.ok(checkTimestamp(timestamp), String(timestamp))
  }
})
