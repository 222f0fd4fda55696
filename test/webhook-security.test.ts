import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import t from 'tap'
import { createContext, type Envelope, findSample, type Shape, samples } from '../src/samples/index.ts'
import type { Scheme } from '../src/webhook/secrets.ts'
import { findLeaks, hiddenSecret } from './helper/leaks.ts'
import { startOverheardApp } from './helper/overheard-app.ts'
import { startPipeline } from './helper/pipeline.ts'
import { isProblem } from './helper/problem.ts'
import { secrets } from './helper/secrets.ts'
import { type Answer, type SendOptions, send, signatureHeaders, WEBHOOK_PATH } from './helper/send.ts'

const SCHEMES = ['standard', 'legacy', 'hex'] as const
const SHAPE_OF_SCHEME = { standard: 'current', legacy: 'legacy', hex: 'flat' } as const
const HEADER_OF_SCHEME = {
  standard: 'webhook-signature',
  legacy: 'openphone-signature',
  hex: 'x-openphone-signature',
} as const

/** The secrets that those of the helper are being exchanged for. */
const newSecrets = {
  standard: `whsec_${randomBytes(24).toString('base64')}`,
  legacy: randomBytes(32).toString('base64'),
  hex: `hex:${randomBytes(16).toString('hex')}`,
}
/** Of the published test vector of Standard Webhooks. */
const VECTOR_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

const allSecrets = [...Object.values(secrets), ...Object.values(newSecrets), VECTOR_SECRET]
const pipeline = await startPipeline(t, {
  env: { BAD_SIGNATURES_PER_MINUTE: '1000000', OPENPHONE_SIGNING_SECRETS: allSecrets.join(',') },
})
const { app, databaseUrl } = pipeline

t.test('HMAC-SHA256 signature validation', async (t) => {
  // Signed here by the words of each scheme's description, and not by the code that verifies.
  const body = JSON.stringify(build('message.received'))
  const otherBody = JSON.stringify(build('message.received'))
  const id = `msg_${randomUUID()}`
  const now = Date.now()
  const seconds = String(Math.floor(now / 1000))
  const secretText = {
    ...secrets,
    standard: secrets.standard.slice('whsec_'.length),
    hex: secrets.hex.slice('hex:'.length),
  }
  const key = {
    standard: Buffer.from(secretText.standard, 'base64'),
    legacy: Buffer.from(secretText.legacy, 'base64'),
    hex: Buffer.from(secretText.hex, 'utf8'),
  }
  const signed = { standard: `${id}.${seconds}.${body}`, legacy: `${now}.${body}`, hex: body }
  const headersOf = (scheme: Scheme, digest: Buffer): Record<string, string> => {
    if (scheme === 'hex') return { 'x-openphone-signature': `sha256=${digest.toString('hex')}` }
    const base64 = digest.toString('base64')
    if (scheme === 'legacy') return { 'openphone-signature': `hmac;1;${now};${base64}` }
    return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${base64}` }
  }
  const hmac = (algorithm: string, hmacKey: Buffer | string, text: string) =>
    createHmac(algorithm, hmacKey).update(text).digest()

  for (const scheme of SCHEMES) {
    const good = hmac('sha256', key[scheme], signed[scheme])
    const oneBitOff = Buffer.from(good)
    oneBitOff.writeUInt8(good.readUInt8(31) ^ 1, 31)
    const wrong: Record<string, Buffer> = {
      'one bit off': oneBitOff,
      'SHA-1': hmac('sha1', key[scheme], signed[scheme]),
      'SHA-512': hmac('sha512', key[scheme], signed[scheme]),
      'SHA-512 cut to 32 bytes': hmac('sha512', key[scheme], signed[scheme]).subarray(0, 32),
      'a hash without a key': createHash('sha256').update(signed[scheme]).digest(),
      'a hash of key and body': createHash('sha256').update(key[scheme]).update(signed[scheme]).digest(),
      'an empty key': hmac('sha256', '', signed[scheme]),
      'the key of another scheme': hmac('sha256', key[scheme === 'hex' ? 'legacy' : 'hex'], signed[scheme]),
      'another body': hmac('sha256', key[scheme], signed[scheme].replace(body, otherBody)),
      'a body with a space more': hmac('sha256', key[scheme], `${signed[scheme]} `),
      nothing: hmac('sha256', key[scheme], ''),
    }
    if (scheme !== 'legacy') {
      wrong['the secret with its prefix'] = hmac('sha256', secrets[scheme], signed[scheme])
    }
    if (scheme !== 'hex') {
      wrong['the secret not decoded'] = hmac('sha256', secretText[scheme], signed[scheme])
      wrong['the body alone'] = hmac('sha256', key[scheme], body)
    }
    for (const [what, digest] of Object.entries(wrong)) {
      isProblem(t, await deliver(body, headersOf(scheme, digest)), 400, /signature/, `${scheme}, ${what}`)
    }
    t.equal((await deliver(body, headersOf(scheme, good))).text, '{"status":"queued"}', scheme)
  }

  const vector = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }
  // Only its age speaks against it.
  isProblem(t, await deliver('{"test": 2432232314}', vector), 400, /^The timestamp/, 'the published vector')
  isProblem(t, await deliver('{"test": 2432232315}', vector), 400, /^The signature/, 'and with another body')
})

t.test('different JSON formatting signatures work', async (t) => {
  for (const scheme of SCHEMES) {
    const envelope = build('message.received', SHAPE_OF_SCHEME[scheme])
    const compact = JSON.stringify({ ...envelope, note: 'naïve and/or 👍' })
    const value: Envelope = JSON.parse(compact)
    const pretty = JSON.stringify(value, null, 2)
    const formats: Record<string, string> = {
      compact,
      spaced: compact.replaceAll('":', '": ').replaceAll(',"', ', "'),
      pretty,
      'with tabs': JSON.stringify(value, null, '\t'),
      'with CRLF': pretty.replaceAll('\n', '\r\n'),
      'with white space around it': `\n  ${compact}\r\n\t`,
      'with keys in another order': JSON.stringify(Object.fromEntries(Object.entries(value).reverse())),
      'with a repeated key': compact.replace('{', '{"type":"first.of.two",'),
      'with escaped slashes': compact.replaceAll('/', '\\/'),
      'with everything escaped': compact.replaceAll(/[^\x20-\x7e]/g, unicodeEscape),
      'with numbers spelt their own way': compact.replace(
        '{',
        '{"n":[1.0,1e3,-0,1E-2,10000000000000000000001],',
      ),
    }
    for (const [what, body] of Object.entries(formats)) {
      // An id of its own each: without one, two formats of an event would be repeats of it.
      const distinct = body.replaceAll(String(value.id), `EV${randomUUID()}`)
      const answer = await pipeline.send(distinct, { scheme })
      t.equal(answer.text, '{"status":"queued"}', `${scheme}, ${what}`)
      t.equal(await storedBody(answer.eventId), distinct, `${scheme}, ${what}: stored as it was sent`)
    }
    const otherFormat = signatureHeaders(Buffer.from(pretty), { scheme })
    isProblem(t, await deliver(compact, otherFormat), 400, /signature/, `${scheme}: signed in another format`)
  }
})

t.test('timestamp validation prevents replay attacks', async (t) => {
  for (const scheme of SCHEMES) {
    const before = await countEvents()
    for (const ageSeconds of [310, 3_600, 86_400, 10 * 365 * 86_400, -310, -86_400]) {
      for (const [what, answer] of await sendAged(scheme, ageSeconds)) {
        isProblem(
          t,
          answer,
          400,
          /^The timestamp in .*(too old|too far in the future)/,
          `${what}, ${ageSeconds} s old`,
        )
      }
    }
    t.equal(await countEvents(), before, `${scheme}: nothing is stored`)
  }

  // What was signed long ago does not become new by another time in the header.
  const body = Buffer.from(JSON.stringify(build('message.received')))
  const standard = signatureHeaders(body, { timestamp: ago(3_600) })
  const isNow = { ...standard, 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) }
  isProblem(t, await deliver(body, isNow), 400, /signature/, 'standard with the time of today')
  const legacy = signatureHeaders(body, { scheme: 'legacy', timestamp: ago(3_600) })
  const legacyNow = legacy['openphone-signature']?.replace(/\d{13}/, String(Date.now())) ?? ''
  isProblem(
    t,
    await deliver(body, { 'openphone-signature': legacyNow }),
    400,
    /signature/,
    'legacy with the time of today',
  )

  for (const scheme of SCHEMES) {
    const body = Buffer.from(JSON.stringify(build('message.received', SHAPE_OF_SCHEME[scheme])))
    const headers = signatureHeaders(body, { scheme })
    const first = await deliver(body, headers)
    const replayed = await deliver(body, headers)
    t.equal(replayed.text, '{"status":"duplicate"}', `${scheme}: replayed at once it is a duplicate`)
    t.equal(replayed.eventId, first.eventId, scheme)
  }
})

t.test('recent timestamps accepted', async (t) => {
  for (const scheme of SCHEMES) {
    for (const ageSeconds of [0, 1, 60, 290, -60, -290]) {
      for (const [what, answer] of await sendAged(scheme, ageSeconds)) {
        t.equal(answer.text, '{"status":"queued"}', `${what}, ${ageSeconds} s old`)
      }
    }
  }
})

t.test('missing timestamps handled gracefully', async (t) => {
  for (const timestamp of [undefined, null, 'yesterday', '', true, {}, []]) {
    const answer = await pipeline.send({ ...build('message.received', 'flat'), timestamp }, { scheme: 'hex' })
    t.equal(answer.text, '{"status":"queued"}', `hex with the timestamp ${JSON.stringify(timestamp)}`)
  }
  // An event may be old: only the time of sending counts where it is signed.
  for (const scheme of ['standard', 'legacy'] as const) {
    const envelope = {
      ...build('message.received', SHAPE_OF_SCHEME[scheme]),
      createdAt: undefined,
      timestamp: 1,
    }
    t.equal(
      (await pipeline.send(envelope, { scheme })).text,
      '{"status":"queued"}',
      `${scheme} with none in the body`,
    )
  }

  const body = Buffer.from(JSON.stringify(build('message.received')))
  const { 'webhook-timestamp': _, ...standard } = signatureHeaders(body)
  isProblem(
    t,
    await deliver(body, standard),
    400,
    /signature.*webhook-timestamp is missing/,
    'standard without its own',
  )
  const legacy = signatureHeaders(body, { scheme: 'legacy' })['openphone-signature'] ?? ''
  for (const header of [legacy.replace(/\d{13};/, ''), legacy.replace(/\d{13}/, '')]) {
    isProblem(
      t,
      await deliver(body, { 'openphone-signature': header }),
      400,
      /signature.*malformed/,
      'legacy without its own',
    )
  }

  const closed = await startPipeline(t, {
    databaseUrl,
    env: { ROLE: 'ingest', OPENPHONE_SIGNING_SECRETS: secrets.standard },
  })
  const noSecret = /signature.*x-openphone-signature.*no secret is configured/
  isProblem(
    t,
    await closed.send(build('message.received', 'flat'), { scheme: 'hex' }),
    400,
    noSecret,
    'hex without a secret',
  )
  t.equal((await closed.send(build('message.received'))).status, 200, 'the scheme that has one is open')
})

t.test('various signature header formats', async (t) => {
  const id = `msg_${randomUUID()}`
  const timestamp = new Date()
  const body = Buffer.from(JSON.stringify(build('message.received')))
  const sign = (scheme: Scheme, secret: string) => {
    const headers = signatureHeaders(body, { scheme, secret, webhookId: id, timestamp })
    return (
      headers['webhook-signature'] ?? headers['openphone-signature'] ?? headers['x-openphone-signature'] ?? ''
    )
  }
  const unknown = {
    standard: `whsec_${randomBytes(24).toString('base64')}`,
    legacy: randomBytes(32).toString('base64'),
  }
  const v1 = {
    bad: sign('standard', unknown.standard),
    good: sign('standard', secrets.standard),
    next: sign('standard', newSecrets.standard),
  }
  const hmac = {
    bad: sign('legacy', unknown.legacy),
    good: sign('legacy', secrets.legacy),
    next: sign('legacy', newSecrets.legacy),
  }
  const hex = { good: sign('hex', secrets.hex).slice('sha256='.length), next: sign('hex', newSecrets.hex) }

  const ids = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1000)) }
  const standard = (value: string) => ({ ...ids, 'webhook-signature': value })
  const legacy = (value: string) => ({ 'openphone-signature': value })
  const relay = (value: string) => ({ 'x-openphone-signature': value })
  const good: Record<string, Sent> = {
    'standard, alone': standard(v1.good),
    'standard, with the next secret': standard(v1.next),
    'standard, with both secrets': standard(`${v1.good} ${v1.next}`),
    'standard, after one that does not match': standard(`${v1.bad} ${v1.good}`),
    'standard, before one that does not match': standard(`${v1.good} ${v1.bad}`),
    'standard, among those of other versions': standard(`v1a,${'A'.repeat(86)}== v2,abc ${v1.good} v9`),
    'standard, with spaces around': standard(`  ${v1.bad}   ${v1.good} `),
    'legacy, alone': legacy(hmac.good),
    'legacy, with the next secret': legacy(hmac.next),
    'legacy, with both secrets': legacy(`${hmac.next},${hmac.good}`),
    'legacy, after one that does not match': legacy(`${hmac.bad},${hmac.good}`),
    'legacy, before one that does not match': legacy(`${hmac.good},${hmac.bad}`),
    'legacy, with a space after the comma': legacy(`${hmac.bad}, ${hmac.good}`),
    'legacy, among those of other versions': legacy(`hmac;2;abc,sha1;1;1;abc,${hmac.good}`),
    'hex, raw': relay(hex.good),
    'hex, sha256=': relay(`sha256=${hex.good}`),
    'hex, SHA256=': relay(`SHA256=${hex.good}`),
    'hex, in capitals': relay(hex.good.toUpperCase()),
    'hex, SHA256= in capitals': relay(`SHA256=${hex.good.toUpperCase()}`),
    'hex, with the next secret': relay(hex.next),
    'names in capitals': {
      'Webhook-Id': id,
      'WEBHOOK-TIMESTAMP': ids['webhook-timestamp'],
      'Webhook-Signature': v1.good,
    },
    'a bad header of a scheme that is not looked at': { ...standard(v1.good), ...relay('0'.repeat(64)) },
  }
  for (const [what, headers] of Object.entries(good)) {
    t.equal((await postAsSent(body, headers)).status, 200, what)
  }

  const bad: Record<string, Sent> = {
    'standard, none that matches': standard(`${v1.bad} v1,${'A'.repeat(43)}=`),
    'standard, separated by commas': standard(`${v1.bad},${v1.good}`),
    'standard, in capitals': standard(v1.good.replace('v1', 'V1')),
    'standard, sent twice': { ...ids, 'webhook-signature': [v1.bad, v1.good] },
    'standard, a second id': { ...standard(v1.good), 'webhook-id': [id, id] },
    'legacy, none that matches': legacy(`${hmac.bad},${hmac.bad}`),
    'legacy, separated by spaces': legacy(`${hmac.bad} ${hmac.good}`),
    'legacy, more than are looked at': legacy([...Array(8).fill(hmac.bad), hmac.good].join(',')),
    'legacy, sent twice': { 'openphone-signature': [hmac.bad, hmac.good] },
    'hex, several': relay(`${'0'.repeat(64)},${hex.good}`),
    'hex, another prefix': relay(`md5=${hex.good}`),
    'hex, base64': relay(Buffer.from(hex.good, 'hex').toString('base64')),
    'hex, sent twice': { 'x-openphone-signature': [hex.good, hex.good] },
    'a good header of a scheme that is not looked at': { ...standard(v1.bad), ...relay(hex.good) },
    'the signature of another scheme': legacy(v1.good),
  }
  for (const [what, headers] of Object.entries(bad)) {
    const { status, text } = await postAsSent(body, headers)
    t.equal(status, 400, what)
    t.match(JSON.parse(text), { detail: /signature/ }, what)
  }
})

t.test('special characters in payload signatures', async (t) => {
  const texts: Record<string, string> = {
    emoji: '👋🏽 Grüße! 👩‍👩‍👧‍👦 🏳️‍🌈 🇧🇷',
    accents: 'Crème brûlée à la Ångström — ¿qué tal, señor Nguyễn Þór?',
    'accents of their own': 'Ångström e\u0301 n\u0303',
    'other scripts': 'こんにちは 你好 안녕 Здравствуйте مرحبا שלום नमस्ते',
    'direction marks': '\u202eabc\u202c \u200f\u200b\ufeff',
    'line separators': 'a\u2028b\u2029c\u0085d',
    escapes: 'quote " backslash \\ slash / tab \t newline \n return \r bell \u0007 delete \u007f',
    'a NUL': 'before\u0000after',
    'half a surrogate pair': 'a\ud83db',
    'what is not a character': '\uffff\ufffe\u{10ffff}',
    'SQL, HTML and formats': `'; drop table openphone.message; -- <script>alert(1)</script> %s $1 {} \\x00`,
    'a long one': '🙂'.repeat(5_000),
  }
  for (const scheme of SCHEMES) {
    for (const [what, text] of Object.entries(texts)) {
      const plain = JSON.stringify({ ...build('message.received', SHAPE_OF_SCHEME[scheme]), note: text })
      const escaped = plain.replaceAll(/[^\x20-\x7e]/g, unicodeEscape)
      const answer = await pipeline.send(plain, { scheme })
      t.equal(answer.text, '{"status":"queued"}', `${scheme}, ${what}`)
      t.equal(await storedBody(answer.eventId), plain, `${scheme}, ${what}: stored as it was sent`)
      if (escaped === plain) continue
      t.same(JSON.parse(escaped), JSON.parse(plain))
      const headers = signatureHeaders(Buffer.from(plain), { scheme })
      isProblem(
        t,
        await deliver(escaped, headers),
        400,
        /signature/,
        `${scheme}, ${what}: escaped, it is not what was signed`,
      )
    }
  }
})

t.test('rate limiting considerations', async (t) => {
  const limit = 20
  const limited = await startPipeline(t, {
    databaseUrl,
    env: { ROLE: 'ingest', BAD_SIGNATURES_PER_MINUTE: String(limit) },
  })
  const good = () => limited.send(build('message.received'))
  const bad = (headers: SendOptions['headers'] = {}) =>
    limited.send(build('message.received'), { headers: { 'webhook-id': 'msg_of_another', ...headers } })
  const statusesOf = async (answers: Promise<Answer>[]) => {
    const byStatus = Map.groupBy(await Promise.all(answers), ({ status }) => status)
    return Object.fromEntries(Array.from(byStatus, ([status, { length }]) => [status, length]))
  }

  t.same(await statusesOf(times(100, good)), { 200: 100 }, 'good deliveries are never limited')
  const old = () => limited.send(build('message.received'), { timestamp: ago(3_600) })
  t.same(await statusesOf(times(30, old)), { 400: 30 }, 'nor old ones whose signature is good')
  t.same(await statusesOf(times(30, () => limited.send('{}'))), { 422: 30 }, 'nor what is no event')

  const before = await countEvents()
  const flood = times(60, () => bad())
  t.same(
    await statusesOf(times(60, good)),
    { 200: 60 },
    'good ones from the same address are taken meanwhile',
  )
  t.same(await statusesOf(flood), { 400: limit, 429: 60 - limit }, 'a flood of bad signatures is limited')
  t.equal(await countEvents(), before + 60, 'nothing of the flood is stored')

  const unlisted = { 'webhook-signature': undefined, 'webhook-id': undefined }
  for (const answer of [await bad(), await bad(unlisted), await bad({ 'x-forwarded-for': '192.0.2.1' })]) {
    isProblem(t, answer, 429, /bad signatures/, 'one more')
    const retryAfterSeconds = Number(answer.headers.get('retry-after'))
    t.ok(retryAfterSeconds >= 1 && retryAfterSeconds <= 60, 'Retry-After is within the minute')
  }
  t.equal((await good()).status, 200, 'and a good one is taken still')
})

t.test('content-type validation', async (t) => {
  const body = Buffer.from(JSON.stringify(build('message.received')))
  const headers = signatureHeaders(body)
  const refused = [
    undefined,
    '',
    'json',
    'text/plain',
    'text/json',
    'text/html; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/octet-stream',
    'application/jsonp',
    'application/json-seq',
    'application/ld+json',
    'application/vnd.api+json',
    'application/json, text/plain',
    '*/*',
  ]
  const before = await countEvents()
  for (const contentType of refused) {
    const answer = await deliver(body, { ...headers, 'content-type': contentType })
    isProblem(t, answer, 415, /application\/json/, `${contentType}`)
  }
  const unsigned = await deliver(body, { 'content-type': 'text/plain' })
  isProblem(t, unsigned, 415, /application\/json/, 'it is looked at before the signature')
  for (const encoding of ['gzip', 'br', 'deflate, gzip']) {
    const answer = await deliver(body, { ...headers, 'content-encoding': encoding })
    isProblem(t, answer, 415, /Content-Encoding/, `application/json in ${encoding}`)
  }
  t.equal(await countEvents(), before, 'nothing is stored')

  for (const contentType of [
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON',
    'application/json; version=1; charset=utf-8',
  ]) {
    const answer = await pipeline.send(build('message.received'), {
      headers: { 'content-type': contentType },
    })
    t.equal(answer.status, 200, contentType)
  }
})

t.test('webhook secrets never logged or exposed', async (t) => {
  const overheard = await startOverheardApp(t, {
    RETRY_LIMIT: '0',
    WAITING_EVENTS_MAX: '1',
    BODY_LIMIT_BYTES: '65536',
    BAD_SIGNATURES_PER_MINUTE: '50',
  })
  const { secrets: own, opsToken, database, post, ask } = overheard
  const statusOf = async (...delivery: Parameters<typeof post>) => (await post(...delivery)).status

  // Accepted, processed, repeated.
  for (const { shape, ...sample } of samples) {
    const scheme = SCHEMES.find((candidate) => SHAPE_OF_SCHEME[candidate] === shape) ?? 'standard'
    t.equal(await statusOf(sample.build(createContext()), { scheme }), 200, `${sample.type}, ${shape}`)
  }
  const repeated = build('message.received')
  for (const status of ['queued', 'duplicate']) {
    t.equal((await post(repeated, { webhookId: 'msg_repeated' })).body.status, status)
  }

  // Refused, with what a person may send by mistake.
  for (const scheme of SCHEMES) {
    const envelope = build('message.received', SHAPE_OF_SCHEME[scheme])
    const header = HEADER_OF_SCHEME[scheme]
    for (const value of [own[scheme], `v1,${own[scheme]}`, `sha256=${own[scheme]}`, 'v1,nonsense', '']) {
      t.equal(await statusOf(envelope, { scheme, headers: { [header]: value } }), 400, `a wrong ${header}`)
    }
    t.equal(await statusOf(envelope, { scheme, secret: newSecrets[scheme] }), 400, 'another secret')
    const longAgo = ago(3_600)
    const aged = { ...envelope, timestamp: longAgo.toISOString() }
    t.equal(await statusOf(aged, { scheme, timestamp: longAgo }), 400, 'too old')
    t.equal(await statusOf(envelope, { scheme, headers: { 'content-type': 'text/plain' } }), 415, 'a text')
    t.equal(await statusOf({ ...envelope, type: 1 }, { scheme }), 422, 'no event')
    t.equal(await statusOf(JSON.stringify(envelope).slice(0, -1), { scheme }), 422, 'cut short')
    t.equal(await statusOf({ ...envelope, more: 'x'.repeat(70_000) }, { scheme }), 413, 'too large')
  }
  const headers = { 'x-openphone-signature': own.hex, authorization: `Bearer ${opsToken}` }
  t.equal(await ask(WEBHOOK_PATH, { headers }), 405, 'another method')
  const garbage = `POST ${WEBHOOK_PATH} HTTP/1.1\r\nopenphone-signature: ${own.legacy}\r\n${own.standard}\r\n\r\n`
  t.match(await overheard.write(garbage), /^HTTP\/1.1 400 /, 'what is not HTTP')

  // More than may wait: no commit can go on while the table is locked.
  const client = await database.connect()
  await client.query('begin; lock table openphone.webhook_event in access exclusive mode')
  const waiting = times(8, () => post(build('message.received')))
  t.equal((await Promise.race(waiting)).status, 503, 'overloaded')
  await client.query('rollback')
  client.release()
  t.same(new Set((await Promise.all(waiting)).map(({ status }) => status)), new Set([200, 503]))

  // Failing, with errors of the database that quote the row.
  for (const fault of [
    `create function public.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'refused: %', new using detail = new::text, hint = new::text; end $$`,
    `create trigger refuse before insert on openphone.webhook_event for each row
      when (new.type = 'message.undelivered') execute function public.refuse()`,
    `create trigger refuse before insert or update on openphone.message for each row
      execute function public.refuse()`,
    'alter table openphone.call add constraint refused check (id is null) not valid',
  ]) {
    // Each on its own: together they would lock several tables, and could deadlock with a worker that does.
    await database.query(fault)
  }
  t.equal(await statusOf(build('message.undelivered')), 500, 'an event that cannot be stored')
  const failing = [
    await post(build('message.received')),
    await post(build('message.received', 'flat'), { scheme: 'hex' }),
    await post(build('call.completed', 'legacy'), { scheme: 'legacy' }),
    await post({ type: 'message.received', data: { resource: { id: [build('message.received')] } } }),
  ]
  for (const { eventId } of failing) await overheard.settled(eventId, 'failed')

  await database.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and application_name like 'openphone%'`,
  )
  // The first after its connections were ended may fail.
  const tried = await post(build('task.created'))
  const stored = tried.status === 200 ? tried : await post(build('task.created'))
  await overheard.settled(stored.eventId, 'processed')

  // What anyone may look at, in good times and bad.
  const pages = [
    '/metrics',
    '/docs/json',
    '/docs/yaml',
    '/docs',
    '/readyz',
    '/healthz',
    '/problems/signature',
  ]
  for (const path of pages) t.equal(await ask(path), 200, path)
  for (const token of [opsToken, opsToken.slice(1)]) {
    await ask('/ops', { headers: { authorization: `Bearer ${token}` } })
    t.equal(await ask(`/nowhere?token=${token}`), 404)
  }
  await database.query('alter schema openphone rename to openphone_away')
  t.equal(await ask('/readyz'), 503, 'not ready')
  t.equal(await statusOf(build('message.received')), 500, 'no table')
  await database.query('alter schema openphone_away rename to openphone')

  const flood = times(60, () => statusOf(build('message.received'), { secret: newSecrets.standard }))
  t.ok((await Promise.all(flood)).includes(429), 'a flood of bad signatures')
  t.equal(await ask('/metrics'), 200)

  t.same(await overheard.stop(), { code: 0, signal: null })
  t.ok(overheard.logLines.length > samples.length * 2, 'a line was logged of each webhook and each attempt')
  t.same(overheard.leaks(), [])
  const control = hiddenSecret('the legacy secret', own.legacy)
  t.not(findLeaks(`"${own.legacy.slice(5, 20)}"`, control).length, 0, 'a part of a secret would be found')
})

type Sent = Record<string, string | string[]>

/** A realistic event about new objects. */
function build(type: string, shape: Shape = 'current'): Envelope {
  const sample = findSample(type, shape)
  if (sample === undefined) throw new Error(`there is no sample of ${type} in the shape ${shape}`)
  return sample.build(createContext())
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function ago(seconds: number): Date {
  return new Date(Date.now() - seconds * 1000)
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}

/** Posts a body with exactly these headers, and a content type. */
function deliver(body: string | Buffer, headers: Record<string, string | undefined>): Promise<Answer> {
  return send(app.url, body, { scheme: 'hex', headers: { 'x-openphone-signature': undefined, ...headers } })
}

/** As `deliver`, but with the names as they are spelt, and a header of several values sent several times. */
async function postAsSent(body: Buffer, headers: Sent): Promise<{ status: number; text: string }> {
  const all = { 'content-type': 'application/json', 'content-length': body.length, ...headers }
  const outgoing = request(app.url + WEBHOOK_PATH, { method: 'POST', headers: all })
  outgoing.end(body)
  const [response]: IncomingMessage[] = await once(outgoing, 'response')
  let text = ''
  for await (const chunk of response ?? []) text += chunk
  return { status: response?.statusCode ?? 0, text }
}

/** Deliveries whose time is that long ago, in every way that a scheme tells the time. */
async function sendAged(scheme: Scheme, ageSeconds: number): Promise<[what: string, Answer][]> {
  const timestamp = ago(ageSeconds)
  const envelope = () => build('message.received', SHAPE_OF_SCHEME[scheme])
  const seconds = Math.floor(timestamp.getTime() / 1000)
  if (scheme === 'standard') return [['standard', await pipeline.send(envelope(), { timestamp })]]
  if (scheme === 'legacy') {
    const body = Buffer.from(JSON.stringify(envelope()))
    const digest = createHmac('sha256', Buffer.from(secrets.legacy, 'base64'))
      .update(`${seconds}.`)
      .update(body)
    const inSeconds = { 'openphone-signature': `hmac;1;${seconds};${digest.digest('base64')}` }
    return [
      ['legacy, in milliseconds', await pipeline.send(envelope(), { scheme, timestamp })],
      ['legacy, in seconds', await deliver(body, inSeconds)],
    ]
  }
  const spellings: Record<string, unknown> = {
    seconds: seconds,
    milliseconds: timestamp.getTime(),
    'ISO 8601': timestamp.toISOString(),
    'ISO 8601 with an offset': new Date(timestamp.getTime() + 7_200_000).toISOString().replace('Z', '+02:00'),
  }
  return Promise.all(
    Object.entries(spellings).map(
      async ([spelling, value]): Promise<[string, Answer]> => [
        `hex, in ${spelling}`,
        await pipeline.send({ ...envelope(), timestamp: value }, { scheme }),
      ],
    ),
  )
}

async function storedBody(eventId: string): Promise<string> {
  const query = 'select payload::text as body from openphone.webhook_event where id = $1'
  return (await pipeline.rowOf<{ body: string }>(query, [eventId])).body
}

async function countEvents(): Promise<number> {
  const query = 'select count(*)::int as count from openphone.webhook_event'
  return (await pipeline.rowOf<{ count: number }>(query)).count
}
