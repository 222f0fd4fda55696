import { WEBHOOK_PATH } from '../../src/http/webhook-route.ts'
import { OverloadedError } from '../../src/outbox/errors.ts'
import t from '../helper/tap.ts'
import { createServer, eventBody, SECRETS, signed, signedHex, signedLegacy } from './helper.ts'

t.test('each webhook writes one line with what became of it', async (t) => {
  const { post, lines, outbox } = createServer(t)
  const body = eventBody()
  const answer = await post(body)
  t.equal(lines.length, 1)
  t.match(lines[0], {
    level: 30,
    event: 'webhook',
    eventId: answer.headers['x-event-id'],
    type: 'message.received',
    scheme: 'standard',
    outcome: 'queued',
    status: 200,
    ms: Number,
    bytes: body.length,
    reqId: String,
  })
  await post(body)
  t.match(lines[1], { outcome: 'duplicate', status: 200 })
  await post(body, {})
  t.match(lines[2], { level: 40, outcome: 'refused', reason: 'signature', status: 400 })
  await post('{}')
  t.match(lines[3], { level: 40, outcome: 'refused', reason: 'envelope', status: 422, scheme: 'standard' })
  await post(body, { 'content-type': 'text/plain' })
  t.match(lines[4], { level: 40, outcome: 'refused', reason: 'content-type', status: 415 })
  outbox.failure = new OverloadedError('too much', 5)
  await post(body)
  t.match(lines[5], { level: 40, outcome: 'overloaded', reason: 'overloaded', status: 503 })
  t.equal(lines.length, 6)
})

t.test(
  'a failed transaction is logged with what the database said, without the values it quoted',
  async (t) => {
    const { post, lines, outbox } = createServer(t)
    outbox.failure = Object.assign(new Error('invalid input syntax for type json: "A private text"'), {
      code: '22P02',
      severity: 'ERROR',
      detail: 'Token "private" is invalid.',
      where: 'JSON data, line 1: A private text',
      table: 'webhook_event',
      routine: 'json_errsave_error',
    })
    await post(eventBody())
    t.match(lines[0], {
      level: 50,
      outcome: 'error',
      reason: 'queue',
      status: 500,
      error: { code: '22P02', severity: 'ERROR', table: 'webhook_event', routine: 'json_errsave_error' },
    })
    t.notMatch(JSON.stringify(lines), /private/)
  },
)

t.test('an error that fails many deliveries is described in full once', async (t) => {
  const { post, lines, outbox } = createServer(t)
  outbox.failure = new Error('a fault', { cause: new Error('its cause') })
  await post(eventBody())
  await post(eventBody())
  t.match(lines[0], { error: { message: 'a fault', stack: [String], cause: { message: 'its cause' } } })
  t.strictSame(lines[1]?.error, { name: 'Error', message: 'a fault' })
})

t.test('a fault of our own answers 500 without its words and is logged', async (t) => {
  const { post, lines, outbox } = createServer(t)
  outbox.submit = () => {
    throw new TypeError('Cannot use "in" operator to search for "x" in +15550100')
  }
  const answer = await post(eventBody())
  t.equal(answer.statusCode, 500)
  t.match(lines[0], { outcome: 'error', error: { name: 'TypeError', stack: [String] } })
  t.notMatch(answer.payload + JSON.stringify(lines), /15550100/)
})

t.test('the lines of a flood above the limit are written at debug level only', async (t) => {
  const { post, lines } = createServer(t, { config: { badSignaturesPerMinute: 1 } })
  await post(eventBody(), {})
  await post(eventBody(), {})
  t.match(lines, [
    { level: 40, reason: 'signature' },
    { level: 20, reason: 'too-many-bad-signatures', status: 429 },
  ])
})

t.test('no line and no answer shows a secret, a signature, a header or anything of the body', async (t) => {
  const { server, post, lines, outbox } = createServer(t, { config: { badSignaturesPerMinute: 2 } })
  const body = eventBody()
  const all = [signed(body), signedLegacy(body), signedHex(body)]
  const answers = []
  for (const headers of all) {
    answers.push(await post(body, headers))
    answers.push(await post(`${body} `, headers))
    answers.push(await post(body, { ...headers, 'content-type': 'text/plain' }))
  }
  outbox.failure = new Error('a fault')
  answers.push(await post(body))
  for (const url of [WEBHOOK_PATH, '/readyz', '/docs/json', '/nothing/%zz', '/nothing']) {
    answers.push(
      await server.inject({ url, headers: { authorization: 'Bearer a-secret-of-a-relay', ...all[0] } }),
    )
  }
  const shown = JSON.stringify(lines) + answers.map((it) => it.payload + JSON.stringify(it.headers)).join()
  const signatures = all.flatMap((headers) => Object.values(headers)).filter((value) => value.length > 30)
  t.equal(signatures.length, 3)
  for (const secret of [
    ...Object.values(SECRETS),
    ...signatures,
    'A private text',
    '+15550100',
    'a-secret-of',
  ]) {
    const core = secret.replace(/^(hex:|whsec_|v1,|hmac;1;\d+;|sha256=)/, '')
    t.notOk(shown.includes(core), `${core.slice(0, 4)}… is not shown`)
  }
})
