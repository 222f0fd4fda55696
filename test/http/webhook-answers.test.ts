import type { LightMyRequestResponse } from 'fastify'
import { WEBHOOK_PATH } from '../../src/http/webhook-route.ts'
import { OverloadedError } from '../../src/outbox/errors.ts'
import t, { type Test } from '../helper/tap.ts'
import { createServer, eventBody, SECRETS, signed, signedHex, signedLegacy } from './helper.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The answer is a problem document with nothing but what it should have. */
function isProblem(
  t: Test,
  answer: LightMyRequestResponse,
  status: number,
  kind: string,
  detail: RegExp,
): void {
  t.equal(answer.statusCode, status)
  t.equal(answer.headers['content-type'], 'application/problem+json')
  const body = answer.json()
  t.match(body, { type: `/problems/${kind}`, status, detail })
  t.match(body.title, /\w/)
  t.same(Object.keys(body).sort(), ['detail', 'status', 'title', 'type'])
}

t.test('a stored webhook is answered 200 queued with its event id', async (t) => {
  const { post, outbox } = createServer(t)
  const body = eventBody()
  const answer = await post(body)
  t.equal(answer.statusCode, 200)
  t.equal(answer.payload, '{"status":"queued"}')
  t.match(answer.headers['content-type'], /^application\/json/)
  t.match(answer.headers['x-event-id'], UUID)
  const stored = [...outbox.stored.values()]
  t.equal(stored.length, 1)
  t.equal(stored[0]?.eventId, answer.headers['x-event-id'])
  t.same(stored[0]?.delivery.payload, Buffer.from(body))
})

t.test('a repeated webhook is answered 200 duplicate with the first event id', async (t) => {
  const { post, outbox } = createServer(t)
  const first = await post(eventBody())
  const second = await post(eventBody())
  t.equal(second.statusCode, 200)
  t.equal(second.payload, '{"status":"duplicate"}')
  t.equal(second.headers['x-event-id'], first.headers['x-event-id'])
  t.equal(outbox.stored.size, 1)
})

t.test('every signing scheme is taken', async (t) => {
  const { post, outbox } = createServer(t)
  const [a, b, c] = [eventBody('EV1'), eventBody('EV2'), eventBody('EV3')]
  for (const [body, headers] of [
    [a, signed(a)],
    [b, signedLegacy(b)],
    [c, signedHex(c)],
  ] as const) {
    t.equal((await post(body, headers)).statusCode, 200)
  }
  t.same(
    [...outbox.stored.values()].map(({ delivery }) => delivery.scheme),
    ['standard', 'legacy', 'hex'],
  )
})

t.test('a type nobody knows is taken', async (t) => {
  const body = '{"type":"never.heard.of","data":{}}'
  t.equal((await createServer(t).post(body)).statusCode, 200)
})

t.test('another method is answered 405 with Allow: POST', async (t) => {
  const { server } = createServer(t)
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY'] as const) {
    // light-my-request's types do not know QUERY; the server does.
    const answer = await server.inject({ method: method as 'GET', url: `${WEBHOOK_PATH}?a=1` })
    t.equal(answer.statusCode, 405, method)
    t.equal(answer.headers.allow, 'POST', method)
    t.equal(answer.headers['content-type'], 'application/problem+json', method)
  }
})

t.test('another method is answered 405 even with a body nobody can read', async (t) => {
  const { server } = createServer(t)
  const answer = await server.inject({
    method: 'PUT',
    url: WEBHOOK_PATH,
    headers: { 'content-type': 'application/json' },
    payload: '{not json',
  })
  isProblem(t, answer, 405, 'method', /POST, not PUT/)
})

t.test('a body that is not application/json is answered 415', async (t) => {
  const { post } = createServer(t)
  const body = eventBody()
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/problem+json',
    'application/json5',
    'text/json',
    'json',
    '',
  ]) {
    isProblem(
      t,
      await post(body, { ...signed(body), 'content-type': type }),
      415,
      'content-type',
      /application\/json/,
    )
  }
})

t.test('a request without Content-Type is answered 415, with a body or without', async (t) => {
  const { server } = createServer(t)
  const empty = await server.inject({ method: 'POST', url: WEBHOOK_PATH })
  isProblem(t, empty, 415, 'content-type', /Content-Type/)
  const full = await server.inject({ method: 'POST', url: WEBHOOK_PATH, payload: Buffer.from(eventBody()) })
  isProblem(t, full, 415, 'content-type', /application\/json/)
})

t.test('parameters and letter case of application/json are allowed', async (t) => {
  const { post } = createServer(t)
  const body = eventBody()
  for (const type of [
    'application/json; charset=utf-8',
    'APPLICATION/JSON;charset="UTF-8"',
    'application/json ;v=1',
  ]) {
    t.equal((await post(body, { ...signed(body), 'content-type': type })).statusCode, 200, type)
  }
})

t.test('a compressed body is answered 415, one marked identity is taken', async (t) => {
  const { post } = createServer(t)
  const body = eventBody()
  for (const encoding of ['gzip', 'br', 'identity, gzip']) {
    const answer = await post(body, { ...signed(body), 'content-encoding': encoding })
    isProblem(t, answer, 415, 'content-type', /Content-Encoding/)
  }
  t.equal((await post(body, { ...signed(body), 'content-encoding': 'identity' })).statusCode, 200)
})

t.test('a body over the limit is answered 413, one at the limit is taken', async (t) => {
  const body = eventBody()
  const { post } = createServer(t, { config: { bodyLimitBytes: body.length } })
  t.equal((await post(body)).statusCode, 200)
  isProblem(t, await post(`${body} `), 413, 'body-too-large', new RegExp(`${body.length} bytes`))
})

t.test('an empty body is answered 422', async (t) => {
  const { post } = createServer(t)
  isProblem(t, await post(''), 422, 'empty-body', /empty/)
  isProblem(t, await post('', { 'content-length': '0' }), 422, 'empty-body', /empty/)
  isProblem(t, await post('', { 'transfer-encoding': 'chunked' }), 422, 'empty-body', /empty/)
})

t.test('a missing signature is answered 400', async (t) => {
  const { post, outbox } = createServer(t)
  isProblem(t, await post(eventBody(), {}), 400, 'signature', /signature.*webhook-signature/)
  t.equal(outbox.stored.size, 0)
})

t.test('a wrong signature is answered 400 and the header looked at is named', async (t) => {
  const { post, outbox } = createServer(t)
  const [body, other] = [eventBody('EV1'), eventBody('EV2')]
  isProblem(t, await post(body, signed(other)), 400, 'signature', /signature.*webhook-signature/)
  isProblem(t, await post(body, signedLegacy(other)), 400, 'signature', /signature.*openphone-signature/)
  isProblem(t, await post(body, signedHex(other)), 400, 'signature', /signature.*x-openphone-signature/)
  t.equal(outbox.stored.size, 0)
})

t.test('a malformed signature is answered 400', async (t) => {
  const { post } = createServer(t)
  const malformed = { ...signed(eventBody()), 'webhook-signature': 'nonsense' }
  isProblem(t, await post(eventBody(), malformed), 400, 'signature', /signature.*webhook-signature/)
})

t.test('a signature of a scheme without a secret is answered 400', async (t) => {
  const { post } = createServer(t, { secrets: [SECRETS.standard] })
  isProblem(t, await post(eventBody(), signedHex(eventBody())), 400, 'signature', /x-openphone-signature/)
})

t.test('a timestamp outside the window is answered 400', async (t) => {
  const body = eventBody()
  const signedAt = new Date('2026-03-30T12:00:00Z')
  let now = signedAt.getTime() + 301_000
  const { post, outbox } = createServer(t, { now: () => now })
  isProblem(t, await post(body, signed(body, { at: signedAt })), 400, 'timestamp', /timestamp/)
  isProblem(t, await post(body, signedLegacy(body, signedAt)), 400, 'timestamp', /timestamp/)
  now = signedAt.getTime() - 301_000
  isProblem(t, await post(body, signed(body, { at: signedAt })), 400, 'timestamp', /timestamp/)
  t.equal(outbox.stored.size, 0)
  now = signedAt.getTime() + 299_000
  t.equal((await post(body, signed(body, { at: signedAt }))).statusCode, 200)
})

t.test("the timestamp in a hex delivery's body is held to the window too", async (t) => {
  const { post } = createServer(t, { now: () => 1_800_000_000_000 })
  const stale = '{"type":"a","data":{},"timestamp":1700000000}'
  isProblem(t, await post(stale, signedHex(stale)), 400, 'timestamp', /timestamp/)
  const fresh = '{"type":"a","data":{},"timestamp":1800000000}'
  t.equal((await post(fresh, signedHex(fresh))).statusCode, 200)
})

t.test('a validly signed body that is no event is answered 422', async (t) => {
  const { post, outbox } = createServer(t)
  const deep = `{"type":"a","data":{"x":${'['.repeat(64)}${']'.repeat(64)}}}`
  for (const body of [
    '{"type":',
    'null',
    '[]',
    '{}',
    '{"type":"a"}',
    '{"type":1,"data":{}}',
    '{"type":"a","data":[]}',
    deep,
    Buffer.from([0x22, 0xff, 0x22]),
  ]) {
    isProblem(t, await post(body), 422, 'envelope', /body/)
  }
  t.equal(outbox.stored.size, 0)
})

t.test('the signature is checked before the body is parsed', async (t) => {
  isProblem(t, await createServer(t).post('{not json', signed('{}')), 400, 'signature', /signature/)
})

t.test('an overloaded outbox is answered 503 with Retry-After', async (t) => {
  const { post, outbox } = createServer(t)
  outbox.failure = new OverloadedError('internal words', 7)
  const answer = await post(eventBody())
  isProblem(t, answer, 503, 'overloaded', /again/)
  t.equal(answer.headers['retry-after'], '7')
  t.notMatch(answer.payload, /internal words/)
})

t.test('a failed transaction is answered 500, says queue and shows nothing internal', async (t) => {
  const { post, outbox } = createServer(t)
  outbox.failure = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    severity: 'ERROR',
    detail: 'Key (phone_number)=(+15550100) already exists.',
  })
  const answer = await post(eventBody())
  isProblem(t, answer, 500, 'queue', /^The event could not be stored in the queue\. Send it again/)
  t.notMatch(answer.payload, /duplicate key|23505|15550100/)
})

t.test('200 is not sent before the outbox has committed', async (t) => {
  const { post, outbox } = createServer(t)
  let commit = () => {}
  outbox.gate = new Promise((resolve) => {
    commit = resolve
  })
  let answered = false
  const answer = post(eventBody()).then((it) => {
    answered = true
    return it
  })
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(answered, false)
  commit()
  t.equal((await answer).statusCode, 200)
})

t.test('a role without the webhook answers 404 at its address', async (t) => {
  const { post } = createServer(t, { withoutWebhook: true })
  isProblem(t, await post(eventBody()), 404, 'not-found', /Nothing/)
})
