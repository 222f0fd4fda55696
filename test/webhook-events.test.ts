import { translators } from '../src/openphone/index.ts'
import { DEAD_QUEUE } from '../src/queue/names.ts'
import { callVoicemailCompleted } from '../src/samples/current/call-records.ts'
import { contactUpdated } from '../src/samples/current/contacts.ts'
import { messageDelivered, messageReceived } from '../src/samples/current/messages.ts'
import { consultationSeconds } from '../src/samples/dialogue.ts'
import { flatMessageReceived } from '../src/samples/flat/messages.ts'
import { type Envelope, later, type SampleContext, type Shape, shapes } from '../src/samples/index.ts'
import { type EventRow, startPipeline } from './helper/pipeline.ts'
import { tablesAbout } from './helper/routes.ts'
import { callOf, contactWith, messageOf, voicemailWith } from './helper/rows.ts'
import { newContext, sampleOf, schemeOf } from './helper/samples.ts'
import t from './helper/tap.ts'
import { uselessData } from './helper/useless-data.ts'
import { jobsOf } from './worker/fixture.ts'

const pipeline = await startPipeline(t)
const { db, pool } = pipeline

t.test('message.received creates a WebhookEvent record', async (t) => {
  for (const shape of shapes) {
    const context = newContext()
    const envelope = sampleOf('message.received', shape, context)
    const webhookId = `msg_${context.objects.messageId}`
    const answer = await pipeline.send(envelope, { scheme: schemeOf[shape], webhookId })
    t.match(answer, { status: 200, body: { status: 'queued' } })
    const event = await pipeline.eventWith(answer.eventId, 'processed')
    t.match(
      event,
      {
        type: 'message.received',
        scheme: schemeOf[shape],
        api_version: envelope.apiVersion ?? null,
        provider_event_id: envelope.id ?? null,
        occurred_at: shape === 'flat' ? context.sentAt : context.now,
        payload: envelope,
      },
      shape,
    )
    const key = { current: webhookId, legacy: `${envelope.id}`, flat: /^hex:sha256:[0-9a-f]{64}$/ }[shape]
    t.match(event.dedupe_key, key, 'with the key that shows up a repeat')
  }
})

t.test('new contacts created from phone numbers', async (t) => {
  const makers: [string, Shape][] = [
    ['message.received', 'current'],
    ['message.received', 'legacy'],
    ['message.received', 'flat'],
    ['message.delivered', 'current'],
    ['call.ringing', 'current'],
    ['call.completed', 'legacy'],
    ['call.missed', 'flat'],
    ['call.voicemail.completed', 'current'],
    ['voicemail.received', 'flat'],
  ]
  for (const [type, shape] of makers) {
    const context = newContext({ contactLookup: 'none' })
    const { phoneNumber } = context.customer
    t.equal(await contactWith(db, phoneNumber), undefined)
    await deliver(sampleOf(type, shape, context), shape)
    t.match(
      await contactWith(db, phoneNumber),
      { id: phoneNumber, phone_number: phoneNumber, name: null, provider_contact_id: null },
      `${type} ${shape}: whose name nobody knows`,
    )
  }

  const context = newContext()
  const { phoneNumber, firstName, lastName, contactId } = context.customer
  await deliver(sampleOf('message.received', 'flat', context), 'flat')
  t.match(
    await contactWith(db, phoneNumber),
    { name: `${firstName} ${lastName}`, provider_contact_id: contactId },
    'with the name and id that come along',
  )

  const spelled = newContext()
  const [, area, exchange, line] = /^\+1(...)(...)(....)$/.exec(spelled.customer.phoneNumber) ?? []
  await deliver(
    flatMessageReceived(spelled, { from: `(${area}) ${exchange}-${line}`, contact: null }),
    'flat',
  )
  t.match(await contactWith(db, spelled.customer.phoneNumber), { name: null }, 'in one spelling')

  const anonymous = newContext()
  const hidden = messageReceived(anonymous)
  Object.assign(hidden.data, { context: { senderIdentifier: 'anonymous' } })
  await deliver(hidden, 'current')
  t.match(await messageOf(db, anonymous), { from_number: 'anonymous', contact_phone: null })
  t.equal(await contactWith(db, 'anonymous'), undefined, 'and none where there is no number')
})

t.test('existing contacts found and updated', async (t) => {
  for (const shape of ['current', 'legacy'] as const) {
    const context = earlier(newContext({ contactLookup: 'none' }))
    const { phoneNumber, contactId, firstName, lastName, email } = context.customer
    const name = `${firstName} ${lastName}`
    await deliver(sampleOf('message.received', shape, context), shape)
    await deliver(sampleOf('contact.updated', shape, later(context, 10)), shape)
    const known = { provider_contact_id: contactId, name, first_name: firstName, emails: [email] }
    t.match(await contactWith(db, phoneNumber), known, `${shape}: a number that was there gets its name`)

    for (const contactLookup of ['none', 'unavailable', 'matched'] as const) {
      const next = { ...later(newContext({ contactLookup }), -500), customer: context.customer }
      await deliver(sampleOf('message.received', shape, next), shape)
      await deliver(sampleOf('call.missed', 'flat', next), 'flat')
      t.match(await contactWith(db, phoneNumber), known, `and keeps it when the lookup says ${contactLookup}`)
      t.equal((await messageOf(db, next)).contact_phone, phoneNumber, 'the message finds the contact')
      const asked = { ...later(next, 5), contactLookup: 'unavailable' } as const
      const { contact_ids: ids } = await messageOf(db, next)
      await deliver(messageReceived(asked), 'current')
      t.same((await messageOf(db, next)).contact_ids, ids, 'which a lookup that failed does not take away')
    }
  }

  const context = earlier(newContext())
  const { phoneNumber, firstName, lastName } = context.customer
  const update = (seconds: number, fields: Record<string, unknown>) =>
    deliver(contactUpdated(later(context, seconds), fields), 'current')
  await update(0, { company: 'First' })
  await update(20, { company: 'Third', firstName: null, lastName: null, emails: null })
  await update(10, { company: 'Second', role: 'Owner' })
  t.match(
    await contactWith(db, phoneNumber),
    { company: 'Third', role: context.customer.role ?? 'Owner', name: `${firstName} ${lastName}` },
    'the newest word counts, and what is not known erases nothing',
  )
  await deliver(sampleOf('contact.deleted', 'current', later(context, 30)), 'current')
  const deleted = await contactWith(db, phoneNumber)
  t.match(deleted, { deleted_at: Date, name: `${firstName} ${lastName}` }, 'also when it is deleted')
})

t.test('message records created with correct status', async (t) => {
  const expected: [string, Shape, object][] = [
    ['message.received', 'current', { direction: 'incoming', status: 'received' }],
    ['message.received', 'legacy', { direction: 'incoming', status: 'received' }],
    ['message.received', 'flat', { direction: 'incoming', status: 'received' }],
    ['message.delivered', 'current', { direction: 'outgoing', status: 'delivered', delivered_at: Date }],
    ['message.delivered', 'legacy', { direction: 'outgoing', status: 'delivered', delivered_at: Date }],
    ['message.delivered', 'flat', { direction: null, status: 'delivered', delivered_at: Date }],
    [
      'message.failed',
      'current',
      { direction: 'outgoing', status: 'failed', error_code: '30008', failed_at: Date },
    ],
    ['message.failed', 'flat', { status: 'failed', error_code: '30003', error_message: /^Unreachable/ }],
    ['message.undelivered', 'current', { status: 'undelivered', error_code: '30007', failed_at: Date }],
  ]
  for (const [type, shape, fields] of expected) {
    const context = newContext()
    const { customer, business, objects } = context
    await deliver(sampleOf(type, shape, context), shape)
    const message = await messageOf(db, context)
    t.match(message, fields, `${type} ${shape}`)
    if (message.direction === null || (shape === 'flat' && type !== 'message.received')) continue
    const ends = [customer.phoneNumber, business.phoneNumber]
    const [from, to] = message.direction === 'incoming' ? ends : ends.reverse()
    t.match(
      message,
      {
        from_number: from,
        to_numbers: [to],
        contact_phone: customer.phoneNumber,
        conversation_id: objects.conversationId,
        body: message.direction === 'incoming' ? inquiryOf(context) : replyOf(context),
      },
      'with both ends and the text',
    )
  }

  const spellings = {
    Delivered: 'delivered',
    'PARTIALLY-DELIVERED': 'partially_delivered',
    Cancelled: 'canceled',
  }
  for (const [given, status] of Object.entries(spellings)) {
    const context = newContext()
    await deliver(messageDelivered(context, { status: given }), 'current')
    t.match(await messageOf(db, context), { status }, `${given}: in one spelling`)
  }
})

t.test('duplicate messages handled gracefully', async (t) => {
  const context = newContext()
  const envelope = messageReceived(context)
  const first = await deliver(envelope, 'current', 'msg_same')
  const again = await pipeline.send(envelope, { webhookId: 'msg_same' })
  t.match(again, { status: 200, body: { status: 'duplicate' }, eventId: first.id })
  t.equal((await jobsOf(pool, first.id)).length, 1, 'the same delivery again queues nothing')

  const before = await messageOf(db, context)
  const other = await deliver(envelope, 'current', 'msg_other')
  t.not(other.id, first.id, 'another subscription delivers the same event')
  await deliver(sampleOf('message.received', 'legacy', context), 'legacy')
  await deliver(flatMessageReceived(context), 'flat')
  t.same(await messageOf(db, context), before, 'and so do other generations: the message is one and the same')
  t.ok(await contactWith(db, context.customer.phoneNumber))
})

t.test('message.delivered updates message status', async (t) => {
  for (const shape of shapes) {
    const context = earlier(newContext())
    await deliver(messageDelivered(context, { status: 'sent' }), 'current')
    t.match(await messageOf(db, context), { status: 'sent' })
    await deliver(sampleOf('message.delivered', shape, later(context, 5)), shape)
    const delivered = { status: 'delivered', direction: 'outgoing', body: replyOf(context) }
    t.match(await messageOf(db, context), delivered, `${shape}: and keeps what was known`)
    await deliver(messageDelivered(later(context, 2), { status: 'sending' }), 'current')
    t.match(await messageOf(db, context), delivered, `${shape}: and what is older comes too late`)
  }

  const context = earlier(newContext())
  await deliver(sampleOf('message.delivered', 'flat', later(context, 5)), 'flat')
  t.match(await messageOf(db, context), { status: 'delivered', body: null })
  await deliver(messageReceived(context, { text: 'Came second' }), 'current')
  t.match(
    await messageOf(db, context),
    { status: 'delivered', body: 'Came second' },
    'a message first seen delivered gets its text when that comes',
  )
})

t.test('call.completed creates call records', async (t) => {
  for (const shape of shapes) {
    const context = newContext()
    const { customer, business, objects } = context
    await deliver(sampleOf('call.completed', shape, context), shape)
    if (shape !== 'flat')
      await deliver(sampleOf('call.recording.completed', shape, later(context, 12)), shape)
    const call = await callOf(db, context)
    t.match(
      call,
      {
        direction: 'incoming',
        status: shape === 'current' ? 'answered' : 'completed',
        contact_phone: customer.phoneNumber,
        created_at: Date,
        completed_at: context.now,
      },
      shape,
    )
    t.match(call, { from_number: customer.phoneNumber }, 'whom it came from')
    if (shape !== 'legacy') t.equal(call.to_number, business.phoneNumber, 'and where it went')
    const duration = consultationSeconds(context)
    t.equal(call.duration_seconds, duration, 'how long it took')
    t.match(call.recordings, [
      {
        url: `https://recordings.example.com/${objects.recordingId}.mp3`,
        duration_seconds: duration,
        ...(shape !== 'legacy' && { id: objects.recordingId }),
      },
    ])
  }
})

t.test('voicemail.received creates voicemail records', async (t) => {
  const flat = newContext()
  await deliver(sampleOf('voicemail.received', 'flat', flat), 'flat')
  const recordingUrl = ({ objects }: SampleContext) =>
    `https://recordings.example.com/${objects.voicemailId}.mp3`
  t.match(await voicemailWith(db, flat.objects.voicemailId), {
    direction: 'incoming',
    from_number: flat.customer.phoneNumber,
    contact_phone: flat.customer.phoneNumber,
    to_number: flat.business.phoneNumber,
    duration_seconds: 24,
    transcript: transcriptOf(flat),
    transcript_confidence: 0.94,
    recording_id: flat.objects.recordingId,
    recording_url: recordingUrl(flat),
    received_at: flat.now,
  })

  const current = earlier(newContext())
  await deliver(callVoicemailCompleted(current, { transcript: null, recordingUrl: null }), 'current')
  t.match(await voicemailWith(db, current.objects.callId), { transcript: null, recording_url: null })
  await deliver(callVoicemailCompleted(later(current, 30)), 'current')
  await deliver(callVoicemailCompleted(later(current, 40), { transcript: null }), 'current')
  t.match(
    await voicemailWith(db, current.objects.callId),
    {
      voicemail_id: current.objects.voicemailId,
      call_id: current.objects.callId,
      from_number: current.customer.phoneNumber,
      duration_seconds: 24,
      transcript: transcriptOf(current),
      recording_url: recordingUrl(current),
    },
    'the current shape, transcript and recording when they are ready',
  )
  t.match(await callOf(db, current), { has_voicemail: true })

  const legacy = newContext()
  await deliver(sampleOf('call.completed', 'legacy', legacy, 'v2'), 'legacy')
  t.match(
    await voicemailWith(db, legacy.objects.callId),
    { call_id: legacy.objects.callId, duration_seconds: 24, recording_url: recordingUrl(legacy) },
    'the legacy shape, inside a call that nobody answered',
  )
  t.match(await callOf(db, legacy), { has_voicemail: true, answered_at: null })
})

t.test('unknown event types handled gracefully', async (t) => {
  const types = [
    'call.teleported',
    'integration.created',
    'MESSAGE.RECEIVED',
    '__proto__',
    'x'.repeat(200),
    '📞',
  ]
  for (const type of types) {
    const envelope = { ...messageReceived(newContext()), type }
    const answer = await pipeline.send(envelope)
    t.match(answer, { status: 200, body: { status: 'queued' } }, type)
    const event = await pipeline.eventWith(answer.eventId, 'ignored')
    t.match(event, { type, payload: envelope, attempts: 1, last_error: null, processed_at: Date }, 'stored')
    await pipeline.rowOf(`select from pgboss.job where id = $1 and state = 'completed'`, [answer.eventId])
    t.equal((await jobsOf(pool, answer.eventId)).length, 1, 'no dead letter')
    t.same(await tablesAbout(pool, envelope), [], 'no row is made of it')
  }
})

t.test('malformed webhook data handled safely', async (t) => {
  // Stored first, then worked on by one process in one batch.
  const ingest = await startPipeline(t, { env: { ROLE: 'ingest' } })
  const malformed = [...translators.keys()].flatMap((type) =>
    Object.entries(uselessData).map(([name, { data, path }]) => ({
      name: `${type}: ${name}`,
      path,
      envelope: { type, data },
    })),
  )
  const mates = Array.from({ length: 10 }, () => messageReceived(newContext()))
  const envelopes = [...malformed.map(({ envelope }) => envelope), ...mates]
  const answers = await Promise.all(envelopes.map((envelope) => ingest.send(envelope)))
  const ids = answers.map(({ eventId }) => eventId)

  const worker = await startPipeline(t, {
    databaseUrl: ingest.databaseUrl,
    env: { ROLE: 'worker', WORKER_CONCURRENCY: '1', WORKER_BATCH_SIZE: '1000' },
  })
  await worker.rowOf(`select from pgboss.job where name = $1 having count(*) = $2`, [
    DEAD_QUEUE,
    malformed.length,
  ])
  const { rows } = await worker.pool.query(
    `select event.*, dead.source_output ->> 'message' as dead_letter_message
     from unnest($1::uuid[]) with ordinality as sent (id, place) join openphone.webhook_event event using (id)
     left join pgboss.job dead on dead.name = $2 and dead.source_id = event.id order by place`,
    [ids, DEAD_QUEUE],
  )
  t.equal(rows.length, envelopes.length)
  for (const [index, { name, path, envelope }] of malformed.entries()) {
    const { last_error: error, ...event } = rows[index]
    t.match(
      event,
      { status: 'failed', attempts: 1, payload: envelope, failed_at: Date },
      `${name}: kept, failed`,
    )
    t.ok(error.startsWith(`PermanentError: ${path}.`), name)
    t.match(
      error,
      /^PermanentError: [\w.]+\.(id|\w+Id): expected a non-empty text/,
      'with an error that names the field',
    )
    t.equal(event.dead_letter_message, error, 'and a dead letter')
  }
  for (const event of rows.slice(malformed.length)) {
    t.match(event, { status: 'processed', attempts: 1, dead_letter_message: null }, 'a batch mate')
  }
  const started = await worker.pool.query('select distinct started_on from pgboss.job where name <> $1', [
    DEAD_QUEUE,
  ])
  t.equal(started.rows.length, 1, 'all in one batch')

  const next = await ingest.send(messageReceived(newContext()))
  await worker.eventWith(next.eventId, 'processed')

  const odd = newContext()
  const wrong = { direction: 7, text: {}, media: 'none', status: ['received'] }
  await deliver(messageReceived(odd, wrong), 'current')
  t.match(
    await messageOf(db, odd),
    { status: 'received', direction: 'incoming', body: null, media: null },
    'where there is an id, other fields of wrong types are only not known',
  )
})

/** Signs as the shape is signed, sends, and waits until the event is processed. */
async function deliver(envelope: Envelope, shape: Shape, webhookId?: string): Promise<EventRow> {
  const options = { scheme: schemeOf[shape], ...(webhookId !== undefined && { webhookId }) }
  const { eventId } = await pipeline.send(envelope, options)
  return pipeline.eventWith(eventId, 'processed')
}

/** Ten minutes ago, so that what follows is not in the future. */
function earlier(context: SampleContext): SampleContext {
  return later(context, -600)
}

function inquiryOf(context: SampleContext): string {
  return context.pick(context.business.inquiries, 'inquiry')
}

function replyOf(context: SampleContext): string {
  return context.pick(context.business.replies, 'reply')
}

function transcriptOf(context: SampleContext): string {
  return context.pick(context.business.voicemails, 'voicemail')
}
