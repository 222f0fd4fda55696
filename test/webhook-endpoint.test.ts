import { hash, randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import t, { type Test } from 'tap'
import {
  createContext,
  type Envelope,
  findSample,
  type Shape,
  samples,
  shapes,
} from '../src/samples/index.ts'
import type { Scheme } from '../src/webhook/secrets.ts'
import { eventJobTable } from './helper/event-job-table.ts'
import { startPipeline } from './helper/pipeline.ts'
import { isProblem } from './helper/problem.ts'
import { type Answer, type SendOptions, signatureHeaders, WEBHOOK_PATH } from './helper/send.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const SCHEMES = ['standard', 'legacy', 'hex'] as const
const SCHEME_OF_SHAPE: { readonly [shape in Shape]: Scheme } = {
  current: 'standard',
  legacy: 'legacy',
  flat: 'hex',
}
const HEADER_OF_SCHEME: { readonly [scheme in Scheme]: string } = {
  standard: 'webhook-signature',
  legacy: 'openphone-signature',
  hex: 'x-openphone-signature',
}

const pipeline = await startPipeline(t, { env: { BAD_SIGNATURES_PER_MINUTE: '1000000' } })
const { pool, send, eventWith, rowOf } = pipeline
const url = pipeline.app.url + WEBHOOK_PATH

t.test('endpoint exists at /api/v1/webhooks/openphone', async (t) => {
  t.equal(WEBHOOK_PATH, '/api/v1/webhooks/openphone')
  for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const answer = await fetch(url, { method })
    t.equal(answer.status, 405, method)
    t.equal(answer.headers.get('allow'), 'POST', `${method}: Allow`)
  }
  t.equal((await fetch(url, { method: 'POST' })).status, 415, 'POST is taken, without a body refused')
  t.equal((await fetch(`${url}-two`)).status, 404, 'another address is not there')
})

t.test('valid webhooks return 200 quickly', async (t) => {
  for (const scheme of SCHEMES) {
    const answer = await send(build('message.received', shapeOf(scheme)), { scheme })
    t.equal(answer.status, 200, scheme)
    t.equal(answer.text, '{"status":"queued"}', scheme)
    t.match(answer.headers.get('content-type'), /^application\/json\b/, scheme)
    t.match(answer.eventId, UUID_V7, scheme)
  }

  const eventId = await whileMessagesAreLocked(async () => {
    const answer = await send(build('message.received'))
    t.equal(answer.status, 200, 'answered while no worker can get on')
    return answer.eventId
  })
  await eventWith(eventId, 'processed')

  const durationsMs: number[] = []
  for (let count = 0; count < 21; count += 1) {
    const started = performance.now()
    t.equal((await send(build('message.delivered'))).status, 200)
    durationsMs.push(performance.now() - started)
  }
  const medianMs = durationsMs.sort((a, b) => a - b)[10] ?? Number.NaN
  t.ok(medianMs < 100, 'half of them within 100 ms, signing and sending included')
})

t.test('invalid signatures rejected with 400', async (t) => {
  const body = Buffer.from(JSON.stringify(build('message.received')))
  const otherBody = Buffer.from(JSON.stringify(build('message.received')))
  const webhookId = `msg_${randomUUID()}`
  const timestamp = new Date()
  const standard = signatureHeaders(body, { webhookId, timestamp })
  const base64 = standard['webhook-signature']?.slice('v1,'.length) ?? ''
  const legacy = signatureHeaders(body, { scheme: 'legacy', timestamp })['openphone-signature'] ?? ''
  const [, , legacyTime, legacyBase64] = legacy.split(';')
  const hex =
    signatureHeaders(body, { scheme: 'hex' })['x-openphone-signature']?.slice('sha256='.length) ?? ''
  const signedWith = (secret: string, scheme: Scheme, signed = body) =>
    signatureHeaders(signed, { scheme, webhookId, timestamp, secret })[HEADER_OF_SCHEME[scheme]]
  const newKey = randomBytes(32).toString('base64')

  const wrong: Record<Scheme, Record<string, Record<string, string | undefined>>> = {
    standard: {
      'another secret': { 'webhook-signature': signedWith(`whsec_${newKey}`, 'standard') },
      'another body': signatureHeaders(otherBody, { webhookId, timestamp }),
      'another id': { 'webhook-id': `msg_${randomUUID()}` },
      'another time': { 'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1000) + 1) },
      'a time that is no number': { 'webhook-timestamp': timestamp.toISOString() },
      'a signature cut short': { 'webhook-signature': `v1,${base64.slice(0, -4)}` },
      'hex in place of base64': {
        'webhook-signature': `v1,${Buffer.from(base64, 'base64').toString('hex')}`,
      },
      'no version': { 'webhook-signature': base64 },
      'another version': { 'webhook-signature': `v2,${base64}` },
      'an empty signature': { 'webhook-signature': 'v1,' },
      nonsense: { 'webhook-signature': 'nonsense' },
    },
    legacy: {
      'another secret': { 'openphone-signature': signedWith(newKey, 'legacy') },
      'another body': signatureHeaders(otherBody, { scheme: 'legacy', timestamp }),
      'another time': { 'openphone-signature': `hmac;1;${Number(legacyTime) + 1};${legacyBase64}` },
      'a time that is no number': { 'openphone-signature': `hmac;1;now;${legacyBase64}` },
      'no time': { 'openphone-signature': `hmac;1;${legacyBase64}` },
      'another algorithm': { 'openphone-signature': legacy.replace('hmac', 'sha1') },
      'another version': { 'openphone-signature': legacy.replace('hmac;1', 'hmac;2') },
      'a field too many': { 'openphone-signature': `${legacy};` },
      nonsense: { 'openphone-signature': 'nonsense' },
    },
    hex: {
      'another secret': { 'x-openphone-signature': signedWith(`hex:${newKey}`, 'hex') },
      'another body': signatureHeaders(otherBody, { scheme: 'hex' }),
      'another algorithm': { 'x-openphone-signature': `sha1=${hex}` },
      'a digit too few': { 'x-openphone-signature': `sha256=${hex.slice(1)}` },
      'an empty signature': { 'x-openphone-signature': 'sha256=' },
      nonsense: { 'x-openphone-signature': 'nonsense' },
    },
  }
  const before = await countEvents()
  for (const scheme of SCHEMES) {
    const options = { scheme, webhookId, timestamp }
    for (const [what, headers] of Object.entries(wrong[scheme])) {
      const answer = await send(body, { ...options, headers })
      const header = scheme === 'standard' ? 'webhook-(id|timestamp|signature)' : HEADER_OF_SCHEME[scheme]
      isProblem(t, answer, 400, new RegExp(`signature.* header ${header} `), `${scheme}, ${what}`)
    }
  }
  t.equal(await countEvents(), before, 'nothing is stored')
  for (const scheme of SCHEMES) {
    const answer = await send(body, { scheme, webhookId, timestamp })
    t.equal(answer.status, 200, `${scheme}: the same with its own signature is taken`)
  }
})

t.test('missing signatures rejected with 400', async (t) => {
  const envelope = build('call.completed')
  const unsigned = {
    'webhook-id': undefined,
    'webhook-timestamp': undefined,
    'webhook-signature': undefined,
  }
  const before = await countEvents()
  const missing: Record<string, [SendOptions, RegExp]> = {
    'no header': [{ headers: unsigned }, /signature.*webhook-signature.*openphone-signature/],
    'other credentials': [{ headers: { ...unsigned, authorization: 'Bearer abc' } }, /signature is missing/],
    'no webhook-signature': [{ headers: { 'webhook-signature': undefined } }, /signature.*webhook-signature/],
    'no webhook-id': [{ headers: { 'webhook-id': undefined } }, /signature.*webhook-id/],
    'only a time': [{ headers: { 'webhook-id': undefined, 'webhook-signature': undefined } }, /signature/],
  }
  for (const [what, [options, detail]] of Object.entries(missing)) {
    isProblem(t, await send(envelope, options), 400, detail, what)
  }
  for (const scheme of SCHEMES) {
    const header = HEADER_OF_SCHEME[scheme]
    const answer = await send(envelope, { scheme, headers: { [header]: '' } })
    isProblem(t, answer, 400, new RegExp(`signature.* ${header} is empty`), `an empty ${header}`)
  }
  t.equal(await countEvents(), before, 'nothing is stored')
})

t.test('different event types accepted', async (t) => {
  const messageTypes = ['message.received', 'message.delivered', 'message.failed']
  for (const type of [...messageTypes, 'call.completed', 'call.missed', 'voicemail.received']) {
    const answer = await send(build(type, 'flat'), { scheme: 'hex' })
    t.equal(answer.status, 200, type)
    t.equal((await eventWith(answer.eventId, 'processed')).type, type)
  }

  const answers = await Promise.all(
    samples.map((sample) => send(sample.build(createContext()), { scheme: SCHEME_OF_SHAPE[sample.shape] })),
  )
  for (const [index, sample] of samples.entries()) {
    const what = `${sample.type}, ${sample.version}`
    t.equal(answers[index]?.text, '{"status":"queued"}', what)
    const stored = await rowOf('select type from openphone.webhook_event where id = $1', [
      answers[index]?.eventId,
    ])
    t.equal(stored.type, sample.type, `${what}: type stored`)
  }

  const unknownTypes = ['integration.connected', 'message.reacted', 'постачання.нове', 'a b', '__proto__']
  for (const type of [...unknownTypes, 'constructor', 'x'.repeat(255)]) {
    const answer = await send({ type, data: { anything: [1, null, { at: 'all' }] } })
    t.equal(answer.text, '{"status":"queued"}', `unknown: ${type}`)
    t.equal((await eventWith(answer.eventId, 'ignored')).type, type)
  }
})

t.test('malformed JSON returns 422', async (t) => {
  const good = '{"type":"message.received","data":{"body":"Private text"}}'
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const malformed: Record<string, string | Buffer> = {
    nothing: '',
    'white space': ' \n',
    'no JSON': 'Private text',
    'cut short': good.slice(0, -1),
    'two documents': `${good}${good}`,
    'a comma too many': good.replace('}}', ',}}'),
    'single quotes': good.replaceAll('"', "'"),
    'a comment': `/* */${good}`,
    'a byte order mark': `\u{feff}${good}`,
    'a raw control character': good.replace('Private', 'Private\u0000'),
    NaN: good.replace('"Private text"', 'NaN'),
    'not UTF-8': Buffer.from(good.replace('Private', 'Privé'), 'latin1'),
    'UTF-16': Buffer.from(good, 'utf16le'),
    'a surrogate as bytes': Buffer.concat([
      Buffer.from('{"type":"a","data":{"b":"'),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from('"}}'),
    ]),
    'nested too deep': `{"type":"a","data":{"b":${nested(63)}}}`,
    'nested without end': '['.repeat(100_000),
    'a form': 'type=message.received&data=Private+text',
    null: 'null',
    'a text': '"Private text"',
    'an array': `[${good}]`,
    'an empty object': '{}',
    'no type': '{"data":{}}',
    'a type that is a number': '{"type":1,"data":{}}',
    'an empty type': '{"type":"","data":{}}',
    'a type that is too long': `{"type":"${'x'.repeat(256)}","data":{}}`,
    'a type with a NUL': '{"type":"a\\u0000","data":{}}',
    'no data': '{"type":"message.received"}',
    'data that is null': '{"type":"message.received","data":null}',
    'data that is an array': '{"type":"message.received","data":["Private text"]}',
    'data that is a text': '{"type":"message.received","data":"Private text"}',
  }
  const before = await countEvents()
  for (const [what, body] of Object.entries(malformed)) {
    const answer = await send(Buffer.from(body), { scheme: SCHEMES[what.length % 3] ?? 'standard' })
    isProblem(t, answer, 422, /^The /, what)
    t.notMatch(answer.text, /Private|Priv/, `${what}: nothing of the body is shown`)
  }
  isProblem(
    t,
    await send('{', { secret: `whsec_${randomBytes(24).toString('base64')}` }),
    400,
    /signature/,
    'unsigned',
  )
  t.equal(await countEvents(), before, 'nothing is stored')
  t.equal((await send(`{"type":"a","data":{"b":${nested(62)}}}`)).status, 200, '64 levels are taken')
})

t.test('WebhookEvent records created in the database', async (t) => {
  const webhookId = `msg_${randomUUID()}`
  const current = build('message.received')
  const legacy = build('message.received', 'legacy')
  const flat = build('message.received', 'flat')
  const bare: Envelope = { type: 'message.received', data: { messageId: randomUUID() } }
  const deliveries: [Scheme, Envelope, keyAndVersion: string[], occurredAt: unknown][] = [
    ['standard', current, [`standard:${webhookId}`, '2026-03-30'], current.createdAt],
    ['legacy', legacy, [`legacy:${legacy.id}`, 'v4'], legacy.createdAt],
    ['hex', flat, [], flat.timestamp],
    ['hex', bare, [], undefined],
  ]
  for (const [scheme, envelope, [key, version], occurredAt] of deliveries) {
    const body = JSON.stringify(envelope, null, 1)
    const eventId = await whileMessagesAreLocked(async () => {
      const { eventId } = await send(body, { scheme, webhookId })
      const event = await rowOf(
        `select *, payload::text as body, received_at between now() - interval '10 s' and clock_timestamp() as is_new
        from openphone.webhook_event where id = $1`,
        [eventId],
      )
      t.hasStrict(
        event,
        {
          type: envelope.type,
          scheme,
          dedupe_key: key ?? `hex:sha256:${hash('sha256', body)}`,
          api_version: version ?? null,
          provider_event_id: envelope.id ?? null,
          occurred_at: occurredAt === undefined ? null : new Date(String(occurredAt)),
          is_new: true,
          body,
          status: 'received',
          attempts: 0,
          last_error: null,
          processed_at: null,
          failed_at: null,
        },
        scheme,
      )
      const job = await rowOf('select name, data from pgboss.job where id = $1', [eventId])
      t.same(job, { name: 'openphone-events', data: { eventId, type: envelope.type } }, `${scheme}: the job`)
      return eventId
    })
    await eventWith(eventId, 'processed')
  }
})

t.test('duplicate webhooks handled gracefully', async (t) => {
  for (const scheme of SCHEMES) {
    const envelope = build('message.received', shapeOf(scheme))
    const webhookId = `msg_${randomUUID()}`
    const first = await send(envelope, { scheme, webhookId })
    t.equal(first.text, '{"status":"queued"}', scheme)
    // As the provider sends it again: the same id, signed anew at the time of the attempt.
    const again = { scheme, webhookId, timestamp: new Date(Date.now() + 5_000) }
    isDuplicate(t, await send(envelope, again), first.eventId, scheme)
    const { processed_at } = await eventWith(first.eventId, 'processed')
    isDuplicate(t, await send(envelope, again), first.eventId, `${scheme}, after it was processed`)
    t.same(await jobsOf([first.eventId]), [first.eventId], `${scheme}: one job`)
    t.same((await eventWith(first.eventId, 'processed')).processed_at, processed_at, `${scheme}: left alone`)

    const second = await send(build('message.received', shapeOf(scheme)), { scheme })
    t.equal(second.text, '{"status":"queued"}', `${scheme}: another event is no duplicate`)
    t.not(second.eventId, first.eventId)
  }

  const envelope = build('message.received')
  const webhookId = `msg_${randomUUID()}`
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(envelope, { webhookId })))
  const eventId = answers[0]?.eventId ?? ''
  t.same(answers.map(({ body }) => body.status).sort(), [...Array(19).fill('duplicate'), 'queued'], 'at once')
  t.same(new Set(answers.map((answer) => answer.eventId)), new Set([eventId]), 'one event')
  t.same(await jobsOf([eventId]), [eventId], 'one job')
})

t.test('performance under concurrent load', async (t) => {
  const distinct = Array.from({ length: 450 }, () => ({
    envelope: build('message.received'),
    webhookId: `msg_${randomUUID()}`,
  }))
  const deliveries = [
    // Some repeats come together with the first, some much later.
    ...distinct.flatMap((delivery, index) => (index % 18 === 0 ? [delivery, delivery] : [delivery])),
    ...distinct.filter((_, index) => index % 18 === 9),
  ]
  t.equal(deliveries.length, 500)
  const answers = await Promise.all(
    deliveries.map(({ envelope, webhookId }) => send(envelope, { webhookId })),
  )
  t.same(new Set(answers.map(({ status }) => status)), new Set([200]), 'all 200')
  const outcomes = answers.map(({ body }) => body.status)
  t.equal(outcomes.filter((outcome) => outcome === 'queued').length, 450)
  t.equal(outcomes.filter((outcome) => outcome === 'duplicate').length, 50)

  const idOfDelivery = new Map(
    deliveries.map(({ webhookId }, index) => [`standard:${webhookId}`, answers[index]?.eventId]),
  )
  const ids = [...idOfDelivery.values()]
  const { rows } = await pool.query<{ id: string; dedupe_key: string; body: string }>(
    'select id, dedupe_key, payload::text as body from openphone.webhook_event where dedupe_key = any ($1)',
    [[...idOfDelivery.keys()]],
  )
  t.equal(rows.length, 450, 'each stored once')
  t.same(new Map(rows.map((row) => [row.dedupe_key, row.id])), idOfDelivery, 'under the id that was answered')
  t.same(
    new Set(rows.map((row) => row.body)),
    new Set(distinct.map(({ envelope }) => JSON.stringify(envelope))),
    'with its own body',
  )
  t.same((await jobsOf(ids)).sort(), ids.sort(), 'each with one job')
  await rowOf(
    `select from openphone.webhook_event where id = any ($1) and status = 'processed' having count(*) = 450`,
    [ids],
  )
})

t.test('queue failures return 500', async (t) => {
  const { pool, send, eventWith, rowOf, app, databaseUrl } = await startPipeline(t)
  const countOf = async (webhookId: string) => {
    const key = `standard:${webhookId}`
    const query = 'select count(*)::int as count from openphone.webhook_event where dedupe_key = $1'
    return (await rowOf<{ count: number }>(query, [key])).count
  }
  for (const fault of [
    `create function public.refuse_job() returns trigger language plpgsql as
      $$ begin raise exception 'internal trouble with %', new.data; end $$`,
    `create trigger refuse_job before insert on ${await eventJobTable(pool)} for each row
      when (new.data ->> 'type' = 'refused.job') execute function public.refuse_job()`,
    `alter table openphone.webhook_event add constraint refuse_event check (type <> 'refused.event')`,
  ]) {
    await pool.query(fault)
  }
  for (const type of ['refused.job', 'refused.event']) {
    const webhookId = `msg_${randomUUID()}`
    const client = await pool.connect()
    await client.query('begin; lock table openphone.webhook_event in access exclusive mode')
    const others: ReturnType<typeof send>[] = []
    // Two commits can be on their way; what waits behind them shares the next one.
    for (const commits of [1, 2]) {
      others.push(send(build('message.received')))
      await commitsOnTheirWay(pool, commits)
    }
    others.push(...Array.from({ length: 9 }, () => send(build('message.received'))))
    const refusing = send({ type, data: {} }, { webhookId })
    others.push(...Array.from({ length: 9 }, () => send(build('message.received'))))
    await metricsSay(app.url, 'openphone_waiting_webhooks 19')
    await client.query('rollback')
    client.release()
    const refused = await refusing
    isProblem(t, refused, 500, /queue/, type)
    t.notMatch(refused.text, /trouble|refuse|constraint|webhook_event/, `${type}: nothing internal is shown`)
    t.equal(await countOf(webhookId), 0, `${type}: no event is left behind`)
    const statuses = (await Promise.all(others)).map(({ status }) => status)
    t.same(statuses, Array(20).fill(200), `${type}: those of the same commit are stored`)
  }

  const webhookId = `msg_${randomUUID()}`
  const envelope = build('message.received')

  await pool.query('alter table pgboss.queue rename to queue_away')
  isProblem(t, await send(envelope, { webhookId }), 500, /queue/, 'no queue')
  t.equal(await countOf(webhookId), 0, 'no event is left behind')
  await pool.query('alter table pgboss.queue_away rename to queue')
  const afterwards = await send(envelope, { webhookId })
  t.equal(afterwards.text, '{"status":"queued"}', 'sent again when the queue is back')
  await eventWith(afterwards.eventId, 'processed')

  const url = new URL(databaseUrl)
  const database = url.pathname.slice(1)
  url.pathname = '/postgres'
  const server = new pg.Client(url.href)
  await server.connect()
  t.teardown(() => server.end())
  const lostId = `msg_${randomUUID()}`
  await server.query(`alter database ${database} with allow_connections false`)
  await server.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = $1 and application_name like 'openphone%'`,
    [database],
  )
  isProblem(t, await send(envelope, { webhookId: lostId }), 500, /queue/, 'no database')
  t.equal((await fetch(`${app.url}/readyz`)).status, 503, 'and the process says that it is not ready')
  await server.query(`alter database ${database} with allow_connections true`)
  t.equal(await countOf(lostId), 0, 'no event is left behind')
  const recovered = await send(envelope, { webhookId: lostId })
  t.equal(recovered.text, '{"status":"queued"}', 'sent again when the database is back')
  await eventWith(recovered.eventId, 'processed')
})

/** A realistic event about new objects. */
function build(type: string, shape: Shape = 'current'): Envelope {
  const sample = findSample(type, shape)
  if (sample === undefined) throw new Error(`there is no sample of ${type} in the shape ${shape}`)
  return sample.build(createContext())
}

function shapeOf(scheme: Scheme): Shape {
  return shapes.find((shape) => SCHEME_OF_SHAPE[shape] === scheme) ?? 'current'
}

function isDuplicate(t: Test, answer: Answer, eventId: string, what: string): void {
  t.equal(answer.status, 200, what)
  t.equal(answer.text, '{"status":"duplicate"}', what)
  t.equal(answer.eventId, eventId, `${what}: the id of the first`)
}

async function countEvents(): Promise<number> {
  const query = 'select count(*)::int as count from openphone.webhook_event'
  return (await rowOf<{ count: number }>(query)).count
}

/** The event of every job about these events. */
async function jobsOf(eventIds: readonly (string | undefined)[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select data ->> 'eventId' as id from pgboss.job where data ->> 'eventId' = any ($1)`,
    [eventIds],
  )
  return rows.map(({ id }) => id)
}

/** Waits until so many commits of ingest wait for a lock. */
async function commitsOnTheirWay(pool: pg.Pool, count: number): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into openphone.webhook_event %'`,
    )
    if (rowCount === count) return
    if (Date.now() > deadline) throw new Error(`${rowCount} commits wait after 10 s, not ${count}`)
  }
}

/** Waits for a line of `/metrics`. */
async function metricsSay(appUrl: string, line: string): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const text = await (await fetch(`${appUrl}/metrics`)).text()
    if (text.split('\n').includes(line)) return
    if (Date.now() > deadline) throw new Error(`/metrics does not say within 10 s: ${line}`)
  }
}

/** Does something while no worker can finish a message, because its table is locked. */
async function whileMessagesAreLocked<T>(work: () => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('lock table openphone.message in access exclusive mode')
    return await work()
  } finally {
    await client.query('rollback')
    client.release()
  }
}
