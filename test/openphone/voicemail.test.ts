import t from '../helper/tap.ts'
import {
  CUSTOMER,
  current,
  fieldsOf,
  flat,
  type Json,
  known,
  legacy,
  OCCURRED_AT,
  only,
  translate,
  WORKSPACE,
} from './build.ts'

const RECORDING_URL = 'https://r.example/vm.mp3'
const CREATED_AT = '2026-04-13T11:59:00.000Z'
const UPDATED_AT = '2026-04-13T11:59:30.000Z'

function voicemail(resource: Json = {}) {
  return current(
    'call.voicemail.completed',
    {
      id: 'AC2',
      voicemailId: 'VM1',
      callId: 'AC1',
      direction: 'incoming',
      duration: 18,
      from: CUSTOMER,
      to: WORKSPACE,
      transcript: 'Please call back.',
      recordingUrl: RECORDING_URL,
      createdAt: CREATED_AT,
      updatedAt: UPDATED_AT,
      ...resource,
    },
    { participants: { workspace: [WORKSPACE], external: [CUSTOMER], resolution: 'available' } },
  )
}

function legacyCall(voicemail: unknown) {
  return legacy('call.completed', {
    id: 'AC1',
    object: 'call',
    from: CUSTOMER,
    to: WORKSPACE,
    direction: 'incoming',
    status: 'completed',
    answeredAt: null,
    completedAt: UPDATED_AT,
    voicemail,
  })
}

function flatVoicemail(data: Json = {}) {
  return flat('voicemail.received', {
    voicemailId: 'vm_1',
    from: CUSTOMER,
    to: WORKSPACE,
    duration: 18,
    receivedAt: CREATED_AT,
    transcript: { text: 'Please call back.', confidence: 0.9 },
    recording: { id: 'rec_1', url: RECORDING_URL, duration: 18 },
    contact: { id: 'contact_1', phoneNumber: CUSTOMER, name: 'Jane Doe' },
    ...data,
  })
}

t.test('a current voicemail tells itself, its caller, and its call that it is there', async (t) => {
  const updates = translate(voicemail())
  const told = only(updates, 'voicemail')
  t.strictSame(told.at, new Date(UPDATED_AT))
  t.strictSame(known(told), {
    direction: 'incoming',
    from_number: CUSTOMER,
    to_number: WORKSPACE,
    contact_phone: CUSTOMER,
    conversation_id: 'CN1',
    phone_number_id: 'PN1',
    user_id: 'US1',
    org_id: 'OR1',
    voicemail_id: 'VM1',
    call_id: 'AC1',
    duration_seconds: 18,
    transcript: 'Please call back.',
    recording_url: RECORDING_URL,
    received_at: new Date(CREATED_AT),
  })
  const call = only(updates, 'call', 'AC1')
  t.strictSame(known(call), { has_voicemail: true })
  t.strictSame(call.at, OCCURRED_AT, 'later than the call that did not know of it yet')
  t.strictSame(known(only(updates, 'contact_number', CUSTOMER)), { provider_contact_id: 'CT1' })
})

t.test('the voicemail of a legacy call is the same row as the current event’s', async (t) => {
  const updates = translate(legacyCall({ url: RECORDING_URL, type: 'audio/mpeg', duration: 18 }))
  t.equal(known(only(updates, 'call', 'AC1')).has_voicemail, true)
  const told = only(updates, 'voicemail')
  t.equal(told.id, only(translate(voicemail()), 'voicemail').id)
  t.strictSame(known(told), {
    direction: 'incoming',
    from_number: CUSTOMER,
    to_number: WORKSPACE,
    contact_phone: CUSTOMER,
    conversation_id: 'CN1',
    phone_number_id: 'PN1',
    user_id: 'US1',
    call_id: 'AC1',
    duration_seconds: 18,
    recording_url: RECORDING_URL,
    recording_type: 'audio/mpeg',
    received_at: new Date(UPDATED_AT),
  })
})

t.test('a legacy call without a voicemail says nothing of one', async (t) => {
  for (const nothing of [null, undefined, {}, 'none', [], { url: '' }]) {
    const updates = translate(legacyCall(nothing))
    t.notOk(updates.some((update) => update.kind === 'voicemail'))
    t.equal(known(only(updates, 'call')).has_voicemail, undefined)
  }
})

t.test('a flat voicemail.received tells transcript, recording and caller', async (t) => {
  const updates = translate(flatVoicemail())
  const told = only(updates, 'voicemail')
  t.equal(told.id, 'vm_1')
  t.strictSame(told.at, new Date(CREATED_AT))
  t.strictSame(known(told), {
    direction: 'incoming',
    from_number: CUSTOMER,
    to_number: WORKSPACE,
    contact_phone: CUSTOMER,
    voicemail_id: 'vm_1',
    duration_seconds: 18,
    transcript: 'Please call back.',
    transcript_confidence: 0.9,
    recording_id: 'rec_1',
    recording_url: RECORDING_URL,
    received_at: new Date(CREATED_AT),
  })
  t.equal(known(only(updates, 'contact_number', CUSTOMER)).name, 'Jane Doe')
  t.notOk(updates.some((update) => update.kind === 'call'))
  t.equal(fieldsOf(flatVoicemail({ transcript: 'Hi' }), 'voicemail').transcript, 'Hi')
})

t.test('a row has the call’s id, else the voicemail’s, else that of its entry', async (t) => {
  const idOf = (given: Parameters<typeof translate>[0]) => only(translate(given), 'voicemail').id
  t.equal(idOf(voicemail()), 'AC1')
  t.equal(idOf(voicemail({ callId: null })), 'VM1')
  t.equal(idOf(voicemail({ callId: null, voicemailId: null })), 'AC2')
  t.equal(idOf(flatVoicemail({ callId: 'call_1' })), 'call_1')
  t.equal(translate(voicemail({ callId: null })).filter((update) => update.kind === 'call').length, 0)
})

t.test('a transcript that is not ready is unknown', async (t) => {
  for (const transcript of [null, '', {}, { text: null }, 5]) {
    t.equal(fieldsOf(voicemail({ transcript }), 'voicemail').transcript, undefined)
  }
})

t.test('a voicemail without an id is refused with the name of the field', async (t) => {
  t.throws(() => translate(voicemail({ id: undefined })), {
    name: 'PermanentError',
    message: /^data\.resource\.id: /,
  })
  t.throws(() => translate(flatVoicemail({ voicemailId: null })), { message: /^data\.voicemailId: / })
})
