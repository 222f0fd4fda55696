import { inspect } from 'node:util'
import fc from 'fast-check'
import { groupKeys, parseSigningSecret } from '../../src/webhook/secrets.ts'
import t from '../helper/tap.ts'

const base64 = 'R2ZLM2o0bFhBNVpyUnU2NG9mYXQ1MHNyR3pvSUhIVVg='

t.test('the form of a secret chooses its scheme', async (t) => {
  const cases = [
    { text: `whsec_${base64}`, scheme: 'standard', key: Buffer.from(base64, 'base64') },
    { text: base64, scheme: 'legacy', key: Buffer.from(base64, 'base64') },
    { text: 'hex:test_secret', scheme: 'hex', key: Buffer.from('test_secret') },
    { text: 'hex:ключ=✓', scheme: 'hex', key: Buffer.from('ключ=✓', 'utf8') },
    { text: 'hex:hex:x', scheme: 'hex', key: Buffer.from('hex:x') },
  ]
  for (const { text, scheme, key } of cases) t.strictSame(parseSigningSecret(text), { scheme, key }, text)
})

t.test('white space around a secret is not part of it', async (t) => {
  t.strictSame(parseSigningSecret(` whsec_${base64}\r\n`), parseSigningSecret(`whsec_${base64}`))
  t.strictSame(parseSigningSecret(' hex:a b '), { scheme: 'hex', key: Buffer.from('a b') })
})

t.test('base64 that lost its padding is the same key', async (t) => {
  t.strictSame(parseSigningSecret(base64.slice(0, -1)), parseSigningSecret(base64))
})

t.test('a malformed secret is refused by a message without any of it', async (t) => {
  const malformed = [
    '',
    'hex:',
    'whsec_',
    'whsec_S3CR3T!S3CR3T',
    'whsec_hex:S3CR3T',
    'whsk_S3CR3T',
    'HEX:S3CR3T',
    'S3CR3T-with_url-alphabet',
    'S3CR3T S3CR3T',
    'S3CR3TS3CR3T=',
    'S3CR3',
    'S3CR3T==S3CR3T==',
    `${base64}=`,
    `${base64},${base64}`,
    // The last letter has bits that belong to no byte: something was cut off or mistyped.
    'R2ZLM2o0bFhBNVpyUnU2NG9mYXQ1MHNyR3pvSUhIVVh=',
  ]
  for (const text of malformed) {
    try {
      parseSigningSecret(text)
      t.fail(`accepted ${text}`)
    } catch (error) {
      t.match(error, { name: 'StartupError', message: /^a signing secret/ }, text)
      t.notMatch(inspect(error).split('\n')[0], /S3CR3|R2ZLM/, text)
    }
  }
})

t.test('every key of at least one byte can be written as a secret of each scheme', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
      const key = Buffer.from(bytes)
      const text = key.toString('base64')
      const standard = parseSigningSecret(`whsec_${text}`)
      const legacy = parseSigningSecret(text)
      return standard.key.equals(key) && legacy.key.equals(key) && legacy.scheme === 'legacy'
    }),
  )
})

t.test('keys are grouped by scheme in the order given, and a scheme without a secret has none', async (t) => {
  const keys = groupKeys(['hex:one', base64, 'hex:two'].map(parseSigningSecret))
  t.strictSame(keys.standard, [])
  t.strictSame(
    keys.legacy.map((key) => key.export()),
    [Buffer.from(base64, 'base64')],
  )
  t.strictSame(
    keys.hex.map((key) => key.export().toString()),
    ['one', 'two'],
  )
})

t.test('grouped keys do not show when printed', async (t) => {
  const keys = groupKeys([parseSigningSecret('hex:test_secret')])
  t.notMatch(inspect(keys, { depth: 9 }) + JSON.stringify(keys), /test_secret|74 65 73 74|116,101/)
})
