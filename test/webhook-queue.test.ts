import { translators } from '../src/openphone/index.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../src/queue/names.ts'
import { samples } from '../src/samples/index.ts'
import { startTestBoss } from './db/prepared.ts'
import { attempted, completed } from './helper/attempts.ts'
import { eventJobTable } from './helper/event-job-table.ts'
import { type Pipeline, startPipeline } from './helper/pipeline.ts'
import { routeOf, routes, tablesAbout } from './helper/routes.ts'
import { newContext, sampleOf, schemeOf } from './helper/samples.ts'
import t, { type Test } from './helper/tap.ts'
import { attemptLines, deadLetterOf, jobsOf, refuseMessages, retryNow } from './worker/fixture.ts'

const RETRY_LIMIT = 5
const RETRY_DELAY_SECONDS = 30
const RETRY_DELAY_MAX_SECONDS = 400

/** Retries are so late that none comes unless a test moves the clock. */
const pipeline = await startPipeline(t, {
  env: {
    RETRY_LIMIT: String(RETRY_LIMIT),
    RETRY_DELAY_SECONDS: String(RETRY_DELAY_SECONDS),
    RETRY_DELAY_MAX_SECONDS: String(RETRY_DELAY_MAX_SECONDS),
  },
})
const { pool } = pipeline
const boss = await startTestBoss(t, pipeline.databaseUrl)

t.test('webhooks queue a job immediately', async (t) => {
  const ingest = await startPipeline(t, { env: { ROLE: 'ingest' } })
  const { envelope } = messageReceived()
  const { eventId } = await ingest.send(envelope)
  t.match(
    await jobsOf(ingest.pool, eventId),
    [{ id: eventId, name: EVENTS_QUEUE, state: 'created', data: { eventId, type: 'message.received' } }],
    'one job, with the id of the event',
  )
  const { rows } = await ingest.pool.query(
    `select 1 from openphone.webhook_event event join pgboss.job on job.id = event.id
     where event.id = $1 and event.xmin = job.xmin`,
    [eventId],
  )
  t.equal(rows.length, 1, 'one transaction wrote both')

  await ingest.pool.query(`
    create function refuse() returns trigger language plpgsql as $$
    begin raise exception 'refused %', tg_table_name; end $$;
    -- Deferred: the event and its job are written when the commit fails.
    create constraint trigger refuse after insert on openphone.webhook_event deferrable initially deferred
    for each row when (new.type = 'test.event_refused') execute function refuse();
    create trigger refuse before insert on ${await eventJobTable(ingest.pool)}
    for each row when (new.data ->> 'type' = 'test.job_refused') execute function refuse()`)
  for (const type of ['test.event_refused', 'test.job_refused']) {
    const answer = await ingest.send({ type, data: {} })
    t.match(answer, { status: 500, body: { detail: /queue/ } }, `${type}: the sender is to try again`)
    t.equal(await countEvents(ingest, type), 0, `${type}: no event`)
    t.equal(await countJobs(ingest, type), 0, `${type}: no job`)
  }

  await ingest.pool.query('drop function refuse() cascade')
  t.match(await ingest.send({ type: 'test.job_refused', data: {} }), { status: 200 })
  t.equal(await countEvents(ingest, 'test.job_refused'), 1)
  t.equal(await countJobs(ingest, 'test.job_refused'), 1)
})

t.test('exact payload preservation', async (t) => {
  const bodies: Record<string, string> = {
    spacing: '\n{ "type" :\t"message.received",\r\n"data":{"messageId" : "AC-spacing","body":"a" }  } \n',
    'key order and repeats':
      '{"data":{"body":"1","messageId":"AC-keys","body":"2"},"id":"EV-keys","type":"x","type":"message.received"}',
    numbers:
      '{"type":"message.received","data":{"messageId":"AC-numbers","a":1.0,"b":-0,"c":1E+2,"d":1e400,"e":12345678901234567890}}',
    escapes: String.raw`{"type":"message.received","data":{"messageId":"AC-escapes","body":"\u0000 \ud800 \u00e9 \/ \ud83d\ude00 \"\\"}}`,
    emoji:
      '{"type":"message.received","data":{"messageId":"AC-emoji","body":"👩‍👩‍👧 é e\u0301 日本 \u2028 ‮"}}',
  }
  const kept = async (eventId: string) => {
    const { rows } = await pool.query('select payload::text from openphone.webhook_event where id = $1', [
      eventId,
    ])
    return rows[0]?.payload
  }
  for (const [name, body] of Object.entries(bodies)) {
    const { eventId } = await pipeline.send(body)
    t.equal(await kept(eventId), body, `${name}: as received`)
    await pipeline.eventWith(eventId, 'processed')
    t.equal(await kept(eventId), body, `${name}: still, after it was processed`)
  }
  const { body } = await pipeline.rowOf<{ body: string }>(
    `select body from openphone.message where id = 'AC-escapes'`,
  )
  t.equal(body, ' \ufffd é / 😀 "\\', 'what text cannot hold is replaced in the row only')
})

t.test('worker processes webhooks', async (t) => {
  const { envelope, context } = messageReceived()
  const { eventId } = await pipeline.send(envelope)
  await pipeline.eventWith(eventId, 'processed')
  t.match(
    await pipeline.rowOf('select * from openphone.message where id = $1', [context.objects.messageId]),
    {
      direction: 'incoming',
      from_number: context.customer.phoneNumber,
      to_numbers: [context.business.phoneNumber],
    },
  )
  await completed(pipeline, eventId)
})

t.test('different event types routed to correct handlers', async (t) => {
  const named = new Set(Object.keys(routes).map((key) => key.split(' ')[0]))
  t.same(
    [...translators.keys()].filter((type) => !named.has(type)),
    [],
    'what every type makes is listed in test/helper/routes.ts',
  )
  await Promise.all(
    samples.map(async (sample) => {
      const { type, shape, version, build } = sample
      const envelope = build(newContext())
      const { eventId } = await pipeline.send(envelope, { scheme: schemeOf[shape] })
      await pipeline.eventWith(eventId, 'processed')
      t.same(await tablesAbout(pool, envelope), routeOf(sample), `${type} ${shape} ${version}`)
    }),
  )
})

t.test('failed jobs retry with exponential backoff', async (t) => {
  const { eventId } = await sendRefused(t)
  let earliest = await databaseTime()
  for (let retry = 1; retry <= RETRY_LIMIT; retry += 1) {
    const { start_after: startAfter } = await pipeline.rowOf<{ start_after: Date }>(
      `select start_after from pgboss.job where id = $1 and state = 'retry' and retry_count = $2`,
      [eventId, retry - 1],
    )
    // The attempt failed between these two times, and the delay counts from there.
    const delayMaxSeconds = (startAfter.getTime() - earliest.getTime()) / 1000
    const delayMinSeconds = (startAfter.getTime() - (await databaseTime()).getTime()) / 1000
    const base = RETRY_DELAY_SECONDS * 2 ** (retry - 1)
    const least = Math.min(base, RETRY_DELAY_MAX_SECONDS)
    const most = Math.min(base * 2, RETRY_DELAY_MAX_SECONDS)
    t.ok(
      delayMaxSeconds >= least && delayMinSeconds <= most,
      `retry ${retry} comes ${least} to ${most} s later (${Math.round(delayMinSeconds)})`,
    )
    earliest = await databaseTime()
    await retryNow(pipeline.pool, eventId)
  }
  await pipeline.eventWith(eventId, 'failed')
})

t.test('max retries exceeded handling', async (t) => {
  const { eventId } = await sendRefused(t)
  for (let retry = 1; retry <= RETRY_LIMIT; retry += 1) {
    await attempted(pipeline, eventId, retry)
    t.equal((await jobsOf(pool, eventId)).length, 1, `no dead letter after attempt ${retry}`)
    await retryNow(pipeline.pool, eventId)
  }
  t.match(await deadLetterOf(pool, eventId), {
    name: DEAD_QUEUE,
    state: 'created',
    data: { eventId, type: 'message.received' },
    source_name: EVENTS_QUEUE,
    source_id: eventId,
    source_retry_count: RETRY_LIMIT,
    source_output: { message: /no room/ },
  })
  await pipeline.eventWith(eventId, 'failed')
  t.match(await jobsOf(pool, eventId), { length: 2 }, 'the job and its dead letter')
  t.equal(attemptsLogged(eventId).length, RETRY_LIMIT + 1, 'the first attempt and every retry')
})

t.test('WebhookEvent marked processed on success', async (t) => {
  const { eventId } = await pipeline.send(messageReceived().envelope)
  const event = await pipeline.eventWith(eventId, 'processed')
  t.match(event, { attempts: 1, last_error: null, failed_at: null, processed_at: Date })
  t.ok(event.processed_at && event.processed_at >= event.received_at, 'after it was received')
})

t.test('WebhookEvent marked failed on persistent errors', async (t) => {
  const { eventId, messageId } = await sendRefused(t)
  for (let retry = 1; retry <= RETRY_LIMIT; retry += 1) {
    const event = await attempted(pipeline, eventId, retry)
    t.match(event, { status: 'received', last_error: /no room/, failed_at: null }, `attempt ${retry}`)
    await retryNow(pipeline.pool, eventId)
  }
  t.match(await pipeline.eventWith(eventId, 'failed'), {
    attempts: RETRY_LIMIT + 1,
    last_error: `error: no room for ${messageId}`,
    processed_at: null,
    failed_at: Date,
  })

  const useless = await pipeline.send({ type: 'message.received', data: {} })
  t.match(
    await pipeline.eventWith(useless.eventId, 'failed'),
    { attempts: 1, last_error: /^PermanentError: data\.messageId: / },
    'at once where no retry can help',
  )
})

t.test('duplicate message handling in queue', async (t) => {
  const { envelope, context } = messageReceived()
  const webhookId = 'msg_twice'
  const { eventId } = await pipeline.send(envelope, { webhookId })
  await pipeline.eventWith(eventId, 'processed')
  const rows = () =>
    pool.query(
      `select message.xmin as message_xmin, message.*, number.xmin as number_xmin, number.*
       from openphone.message, openphone.contact_number number where message.id = $1 and number.id = $2`,
      [context.objects.messageId, context.customer.phoneNumber],
    )
  const before = (await rows()).rows
  t.equal(before.length, 1)

  const again = await pipeline.send(envelope, { webhookId })
  t.match(again, { status: 200, body: { status: 'duplicate' }, eventId })
  t.equal((await jobsOf(pool, eventId)).length, 1, 'a repeated delivery queues no job')

  const skipped = await boss.send(EVENTS_QUEUE, { eventId, type: 'message.received' })
  await completed(pipeline, skipped)
  t.match(await pipeline.eventWith(eventId, 'processed'), { attempts: 1 }, 'a second job does nothing')

  await pool.query(`update openphone.webhook_event set status = 'received' where id = $1`, [eventId])
  await completed(pipeline, await boss.send(EVENTS_QUEUE, { eventId, type: 'message.received' }))
  t.match(await pipeline.eventWith(eventId, 'processed'), { attempts: 2 }, 'the same event runs again')
  t.same((await rows()).rows, before, 'and changes nothing: the rows are not even written')
})

t.test('appropriate logging during processing', async (t) => {
  const { envelope, context } = messageReceived()
  const { messageId } = context.objects
  await pool.query(`
    create function openphone.quote() returns trigger language plpgsql as $$
    begin raise exception 'cannot keep "%" of %', new.body, new.from_number using detail = new.body; end $$;
    create trigger quote before insert on openphone.message
    for each row when (new.id = '${messageId}') execute function openphone.quote()`)
  const { eventId } = await pipeline.send(envelope)
  await attempted(pipeline, eventId, 1)
  await pool.query('drop function openphone.quote() cascade')
  await retryNow(pipeline.pool, eventId)
  await completed(pipeline, eventId)
  await completed(pipeline, await boss.send(EVENTS_QUEUE, { eventId, type: 'message.received' }))
  const ignored = await pipeline.send({ type: 'test.logged', data: { body: envelope.data } })
  await completed(pipeline, ignored.eventId)
  const failed = await pipeline.send({ type: 'message.received', data: { body: envelope.data } })
  await deadLetterOf(pool, failed.eventId)

  const outcomes = (eventId: string) => attemptsLogged(eventId).map(({ outcome }) => outcome)
  t.same(outcomes(eventId), ['retry', 'processed', 'skipped'], 'a line for every attempt')
  t.same(outcomes(ignored.eventId), ['ignored'])
  t.same(outcomes(failed.eventId), ['failed'])
  const line = { event: 'attempt', eventId, jobId: eventId, type: 'message.received', ms: Number }
  t.match(attemptsLogged(eventId), [
    { ...line, attempt: 1, error: { code: 'P0001' } },
    { ...line, attempt: 2, error: undefined },
    { ...line, attempt: 1, error: undefined, jobId: String },
  ])
  t.match(attemptsLogged(failed.eventId), [
    { attempt: 1, error: { name: 'PermanentError', message: /data\.messageId/ } },
  ])

  const log = pipeline.logLines.join('')
  const { phoneNumber, firstName, lastName, email } = context.customer
  const text = context.pick(context.business.inquiries, 'inquiry')
  for (const personal of [phoneNumber, phoneNumber.slice(2), firstName, lastName, email, text]) {
    // As it would stand in a line of JSON.
    t.notOk(log.includes(JSON.stringify(personal).slice(1, -1)), 'no numbers, names or text of messages')
  }
})

t.test('a retried job succeeds after the fault is gone', async (t) => {
  const { eventId, messageId, mend } = await sendRefused(t)
  t.match(await attempted(pipeline, eventId, 1), { status: 'received', last_error: /no room/ })
  const count = 'select from openphone.message where id = $1'
  t.equal((await pool.query(count, [messageId])).rowCount, 0, 'nothing of it is stored')
  await mend()
  await retryNow(pipeline.pool, eventId)
  t.match(await pipeline.eventWith(eventId, 'processed'), {
    attempts: 2,
    last_error: /no room/,
    processed_at: Date,
    failed_at: null,
  })
  t.equal((await pool.query(count, [messageId])).rowCount, 1)
  t.equal((await jobsOf(pool, eventId)).length, 1, 'no dead letter')
})

function messageReceived() {
  const context = newContext()
  return { context, envelope: sampleOf('message.received', 'current', context) }
}

/** Sends a message that the database refuses until `mend` is called, at the latest by the end of the test. */
async function sendRefused(t: Test) {
  const { envelope, context } = messageReceived()
  const { messageId } = context.objects
  const drop = await refuseMessages(pool, [messageId])
  let isMended = false
  const mend = async () => {
    if (!isMended) await drop()
    isMended = true
  }
  t.teardown(mend)
  const { eventId } = await pipeline.send(envelope)
  return { eventId, messageId, mend }
}

function attemptsLogged(eventId: string) {
  return attemptLines(pipeline).filter((line) => line.eventId === eventId)
}

async function databaseTime(): Promise<Date> {
  return (await pipeline.rowOf<{ now: Date }>('select clock_timestamp() as now')).now
}

async function countOf({ pool }: Pipeline, query: string, values: string[]): Promise<number> {
  const { rows } = await pool.query(`select count(*)::int as count ${query}`, values)
  return rows[0]?.count
}

function countEvents(pipeline: Pipeline, type: string): Promise<number> {
  return countOf(pipeline, 'from openphone.webhook_event where type = $1', [type])
}

function countJobs(pipeline: Pipeline, type: string): Promise<number> {
  return countOf(pipeline, `from pgboss.job where data ->> 'type' = $1`, [type])
}
