import t from '../helper/tap.ts'
import {
  CUSTOMER,
  current,
  event,
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

const CREATED_AT = '2026-04-13T11:59:00.000Z'
const ANSWERED_AT = '2026-04-13T11:59:05.000Z'
const COMPLETED_AT = '2026-04-13T12:00:00.000Z'
const UPDATED_AT = '2026-04-13T12:00:01.000Z'

const resolved = { workspace: [WORKSPACE], external: [CUSTOMER], resolution: 'available' }

function call(type: string, resource: Json = {}, context: Json = {}) {
  return current(
    type,
    { id: 'AC1', createdAt: CREATED_AT, updatedAt: UPDATED_AT, ...resource },
    { phoneNumberType: 'shared', participants: resolved, ...context },
  )
}

function completed(resource: Json = {}, context: Json = {}) {
  const ended = {
    direction: 'incoming',
    status: 'answered',
    answeredAt: ANSWERED_AT,
    completedAt: COMPLETED_AT,
    duration: 55,
    hasVoicemail: false,
  }
  return call('call.completed', { ...ended, ...resource }, context)
}

function legacyCall(object: Json = {}, type = 'call.completed') {
  return legacy(type, {
    id: 'AC1',
    object: 'call',
    from: CUSTOMER,
    to: WORKSPACE,
    direction: 'incoming',
    status: 'completed',
    media: [],
    voicemail: null,
    createdAt: CREATED_AT,
    answeredAt: ANSWERED_AT,
    completedAt: COMPLETED_AT,
    ...object,
  })
}

function flatCall(type: string, data: Json = {}) {
  return flat(type, {
    callId: 'call_1',
    from: CUSTOMER,
    to: WORKSPACE,
    direction: 'inbound',
    startedAt: CREATED_AT,
    contact: { id: 'contact_1', phoneNumber: CUSTOMER, name: 'Jane Doe' },
    ...data,
  })
}

const surroundings = {
  contact_phone: CUSTOMER,
  contact_ids: ['CT1'],
  conversation_id: 'CN1',
  phone_number_id: 'PN1',
  user_id: 'US1',
}

t.test('a current call.completed tells everything about the call', async (t) => {
  const updates = translate(completed())
  const told = only(updates, 'call')
  t.equal(told.id, 'AC1')
  t.strictSame(told.at, new Date(UPDATED_AT))
  t.strictSame(known(told), {
    direction: 'incoming',
    from_number: CUSTOMER,
    to_number: WORKSPACE,
    workspace_participants: [WORKSPACE],
    external_participants: [CUSTOMER],
    ...surroundings,
    org_id: 'OR1',
    phone_number_type: 'shared',
    deep_link: 'https://my.quo.com/inbox/PN1/c/CN1',
    status: 'answered',
    duration_seconds: 55,
    created_at: new Date(CREATED_AT),
    answered_at: new Date(ANSWERED_AT),
    completed_at: new Date(COMPLETED_AT),
    has_voicemail: false,
  })
  t.strictSame(known(only(updates, 'contact_number', CUSTOMER)), { provider_contact_id: 'CT1' })
})

t.test('a legacy call.completed tells the same, from either end of the line', async (t) => {
  const given = { duration: 55, participants: [CUSTOMER], answeredBy: 'US1', initiatedBy: 'US2' }
  const told = fieldsOf(legacyCall(given), 'call')
  t.strictSame(told, {
    direction: 'incoming',
    from_number: CUSTOMER,
    to_number: WORKSPACE,
    external_participants: [CUSTOMER],
    ...surroundings,
    status: 'completed',
    duration_seconds: 55,
    initiated_by: 'US2',
    answered_by: 'US1',
    created_at: new Date(CREATED_AT),
    answered_at: new Date(ANSWERED_AT),
    completed_at: new Date(COMPLETED_AT),
  })
  const outgoing = {
    direction: 'outgoing',
    from: WORKSPACE,
    to: CUSTOMER,
    participants: [WORKSPACE, CUSTOMER],
  }
  t.match(fieldsOf(legacyCall(outgoing), 'call'), {
    contact_phone: CUSTOMER,
    external_participants: [CUSTOMER],
  })
})

t.test('a legacy call without from and to takes the other party from its participants', async (t) => {
  const without = { from: undefined, to: undefined, participants: [CUSTOMER] }
  t.match(fieldsOf(legacyCall(without), 'call'), { from_number: CUSTOMER, contact_phone: CUSTOMER })
  const outgoing = { ...without, direction: 'outgoing' }
  t.match(fieldsOf(legacyCall(outgoing), 'call'), { to_number: CUSTOMER, contact_phone: CUSTOMER })
  const unclear = fieldsOf(legacyCall({ ...without, participants: [CUSTOMER, WORKSPACE] }), 'call')
  t.strictSame([unclear.external_participants, unclear.contact_phone], [undefined, undefined])
})

t.test('flat calls tell status, times, recording and the caller by name', async (t) => {
  const started = translate(flatCall('call.started', { status: 'ringing' }))
  t.strictSame(only(started, 'call').at, new Date(CREATED_AT))
  t.strictSame(known(only(started, 'call')), {
    direction: 'incoming',
    from_number: CUSTOMER,
    to_number: WORKSPACE,
    contact_phone: CUSTOMER,
    contact_ids: ['contact_1'],
    status: 'ringing',
    created_at: new Date(CREATED_AT),
  })
  t.strictSame(known(only(started, 'contact_number', CUSTOMER)), {
    provider_contact_id: 'contact_1',
    name: 'Jane Doe',
  })
  const recording = { id: 'rec_1', url: 'https://r.example/1.mp3', duration: 54.5 }
  const over = translate(
    flatCall('call.completed', { status: 'completed', duration: 55, completedAt: COMPLETED_AT, recording }),
  )
  t.strictSame(only(over, 'call').at, new Date(COMPLETED_AT))
  t.match(known(only(over, 'call')), {
    status: 'completed',
    duration_seconds: 55,
    completed_at: new Date(COMPLETED_AT),
    recordings: [{ id: 'rec_1', url: 'https://r.example/1.mp3', duration_seconds: 54.5 }],
  })
  const missed = translate(flatCall('call.missed', { status: 'missed', duration: 0, missedAt: COMPLETED_AT }))
  t.match(known(only(missed, 'call')), {
    status: 'missed',
    duration_seconds: 0,
    missed_at: new Date(COMPLETED_AT),
  })
})

t.test('where no status is given, the type of the event tells it', async (t) => {
  const words: [string, string | undefined][] = [
    ['call.ringing', 'ringing'],
    ['call.answered', 'in-progress'],
    ['call.forwarded', 'forwarded'],
    ['call.missed', 'missed'],
    ['call.completed', 'completed'],
    ['call.menu.selected', undefined],
    ['call.recording.completed', undefined],
  ]
  for (const [type, expected] of words) t.equal(fieldsOf(call(type), 'call').status, expected, type)
  t.equal(fieldsOf(completed({ status: 'AI_Handled' }), 'call').status, 'ai-handled')
  t.equal(fieldsOf(legacyCall({ status: 'no-answer' }), 'call').status, 'no-answer')
})

t.test('calls that can only be incoming have a direction without naming it', async (t) => {
  for (const type of ['call.missed', 'call.forwarded', 'call.menu.selected']) {
    t.match(
      fieldsOf(call(type), 'call'),
      { direction: 'incoming', from_number: CUSTOMER, to_number: WORKSPACE },
      type,
    )
  }
  const recording = fieldsOf(call('call.recording.completed'), 'call')
  t.equal(recording.direction, undefined)
  t.equal(recording.from_number, undefined, 'who called whom is not known')
  t.equal(recording.contact_phone, CUSTOMER, 'who is from outside is')
})

t.test('an outgoing call goes from the workspace to the customer', async (t) => {
  t.match(fieldsOf(completed({ direction: 'outgoing' }), 'call'), {
    direction: 'outgoing',
    from_number: WORKSPACE,
    to_number: CUSTOMER,
    contact_phone: CUSTOMER,
  })
})

t.test('participants that could not be resolved are unknown, not absent', async (t) => {
  const cases: [unknown, unknown, unknown][] = [
    [{ workspace: [], external: [], resolution: 'unavailable' }, undefined, undefined],
    [{ workspace: [WORKSPACE], external: [], resolution: 'available' }, [WORKSPACE], []],
    [{ workspace: [WORKSPACE], external: [] }, [WORKSPACE], undefined],
    [{ workspace: null, resolution: 'available' }, undefined, undefined],
    [undefined, undefined, undefined],
    ['none', undefined, undefined],
  ]
  for (const [participants, workspace, external] of cases) {
    const told = fieldsOf(completed({}, { participants }), 'call')
    t.strictSame([told.workspace_participants, told.external_participants], [workspace, external])
    t.equal(told.contact_phone, undefined)
  }
})

t.test('a conference gives the one contact id to no number', async (t) => {
  const participants = { ...resolved, external: [CUSTOMER, '+14155550300'] }
  t.strictSame(fieldsOf(completed({}, { participants }), 'contact_number'), {})
})

t.test('a withheld number is no contact', async (t) => {
  const participants = { ...resolved, external: ['anonymous'] }
  const updates = translate(completed({}, { participants }))
  t.equal(updates.length, 1)
  t.equal(known(only(updates, 'call')).from_number, 'anonymous')
})

t.test('answering, forwarding, the menu and missing a call leave their marks', async (t) => {
  const answered = { direction: 'incoming', answeredAt: ANSWERED_AT, answeredByUserId: 'US2' }
  t.match(fieldsOf(call('call.answered', answered), 'call'), {
    answered_at: new Date(ANSWERED_AT),
    answered_by: 'US2',
  })
  const forwarded = { forwardedFrom: '415-555-0200', forwardedTo: 'US3' }
  t.match(fieldsOf(call('call.forwarded', forwarded), 'call'), {
    forwarded_from: WORKSPACE,
    forwarded_to: 'US3',
  })
  const menu = { phoneMenuSelection: '1', phoneMenuSelectionName: 'Sales', statusReason: 'phone-menu-dial' }
  t.match(fieldsOf(call('call.menu.selected', menu), 'call'), {
    menu_selection: '1',
    menu_selection_name: 'Sales',
    menu_status_reason: 'phone-menu-dial',
  })
  t.strictSame(fieldsOf(call('call.missed'), 'call').missed_at, OCCURRED_AT)
  t.equal(fieldsOf(completed(), 'call').missed_at, undefined)
})

t.test('recordings of all shapes look the same, and an empty list says nothing', async (t) => {
  const url = 'https://r.example/1.mp3'
  const recordings = [
    { id: 'RE1', duration: 55, startTime: '2026-04-13T11:59:05Z', type: 'audio/mpeg', url },
    { id: null, duration: null, startTime: null, type: null, url: null },
  ]
  t.strictSame(fieldsOf(call('call.recording.completed', { recordings }), 'call').recordings, [
    { id: 'RE1', url, type: 'audio/mpeg', duration_seconds: 55, started_at: '2026-04-13T11:59:05.000Z' },
  ])
  const media = [{ url, type: 'audio/mpeg', duration: 7 }, url]
  t.strictSame(fieldsOf(legacyCall({ media }, 'call.recording.completed'), 'call').recordings, [
    { url, type: 'audio/mpeg', duration_seconds: 7 },
    { url },
  ])
  for (const empty of [[], null, undefined, [null], [{}], {}]) {
    t.equal(fieldsOf(completed({ recordings: empty }), 'call').recordings, undefined)
    t.equal(fieldsOf(flatCall('call.completed', { recording: empty }), 'call').recordings, undefined)
  }
})

t.test('a call without an id is refused with the name of the field', async (t) => {
  t.throws(() => translate(completed({ id: null })), {
    name: 'PermanentError',
    message: /^data\.resource\.id: /,
  })
  t.throws(() => translate(legacyCall({ id: {} })), { message: /^data\.object\.id: / })
  t.throws(() => translate(flatCall('call.missed', { callId: '' })), { message: /^data\.callId: / })
  t.equal(only(translate(flatCall('call.missed', { callId: 42 })), 'call').id, '42')
})

t.test('fields of wrong types are unknown, not errors', async (t) => {
  const wrong = Object.fromEntries(
    [
      'direction',
      'status',
      'from',
      'to',
      'duration',
      'answeredAt',
      'completedAt',
      'hasVoicemail',
      'recordings',
    ]
      .concat([
        'media',
        'voicemail',
        'participants',
        'contactIds',
        'answeredBy',
        'createdAt',
        'updatedAt',
        'contact',
      ])
      .map((name) => [name, { nonsense: true }]),
  )
  const told = translate(event('call.completed', { object: { ...wrong, id: 'AC1' } }))
  t.equal(told.length, 1)
  t.strictSame(known(only(told, 'call')), { status: 'completed' })
  t.strictSame(only(told, 'call').at, OCCURRED_AT)
})
