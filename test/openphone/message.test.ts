import { PermanentError } from '../../src/errors.ts'
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

const CREATED_AT = '2026-04-13T11:59:58.000Z'

function received(resource: Json = {}, context: Json = {}) {
  return current(
    'message.received',
    {
      id: 'AC1',
      direction: 'incoming',
      text: 'hello',
      media: [],
      status: 'received',
      createdAt: CREATED_AT,
      ...resource,
    },
    { senderIdentifier: CUSTOMER, recipientIdentifiers: [WORKSPACE], ...context },
  )
}

function sent(type: string, resource: Json = {}, context: Json = {}) {
  return current(
    type,
    { id: 'AC1', direction: 'outgoing', text: 'on my way', createdAt: CREATED_AT, ...resource },
    { senderIdentifier: WORKSPACE, recipientIdentifiers: [CUSTOMER], ...context },
  )
}

function legacyMessage(object: Json = {}, type = 'message.received') {
  return legacy(type, {
    id: 'AC1',
    object: 'message',
    from: CUSTOMER,
    to: WORKSPACE,
    direction: 'incoming',
    body: 'hello',
    media: [],
    status: 'received',
    createdAt: CREATED_AT,
    ...object,
  })
}

function flatMessage(data: Json = {}) {
  return flat('message.received', {
    messageId: 'msg_1',
    from: CUSTOMER,
    to: WORKSPACE,
    body: 'hello',
    createdAt: CREATED_AT,
    direction: 'inbound',
    status: 'received',
    phoneNumber: WORKSPACE,
    contact: { id: 'contact_1', phoneNumber: CUSTOMER, name: 'Jane Doe' },
    conversation: { id: 'conv_1', phoneNumbers: [CUSTOMER, WORKSPACE] },
    ...data,
  })
}

t.test('a current message.received tells everything about the message', async (t) => {
  const updates = translate(received({ media: [{ url: 'https://m.example/1.jpg', type: 'image/jpeg' }] }))
  const message = only(updates, 'message')
  t.equal(message.id, 'AC1')
  t.strictSame(message.at, OCCURRED_AT)
  t.strictSame(known(message), {
    direction: 'incoming',
    status: 'received',
    from_number: CUSTOMER,
    to_numbers: [WORKSPACE],
    body: 'hello',
    media: [{ url: 'https://m.example/1.jpg', type: 'image/jpeg' }],
    contact_phone: CUSTOMER,
    contact_ids: ['CT1'],
    conversation_id: 'CN1',
    phone_number_id: 'PN1',
    user_id: 'US1',
    org_id: 'OR1',
    deep_link: 'https://my.quo.com/inbox/PN1/c/CN1',
    created_at: new Date(CREATED_AT),
  })
  const number = only(updates, 'contact_number')
  t.equal(number.id, CUSTOMER)
  t.strictSame(number.at, OCCURRED_AT)
  t.strictSame(known(number), { provider_contact_id: 'CT1' })
})

t.test('a legacy message gives the same fields as a current one', async (t) => {
  const told = fieldsOf(legacyMessage(), 'message')
  const { org_id, deep_link, ...expected } = fieldsOf(received(), 'message')
  t.strictSame(told, expected)
  t.strictSame(fieldsOf(legacyMessage({ body: undefined, text: 'hello' }), 'message'), expected)
})

t.test('a legacy payload keeps its link to the app beside the object', async (t) => {
  const given = event('message.received', { object: { id: 'AC1' }, deepLink: 'https://my.openphone.com/1' })
  t.equal(fieldsOf(given, 'message').deep_link, 'https://my.openphone.com/1')
})

t.test('legacy payloads give `to` as a text, a list, a text with commas or a list of objects', async (t) => {
  const other = '+14155550300'
  const spellings: [unknown, string[] | undefined][] = [
    [WORKSPACE, [WORKSPACE]],
    [[WORKSPACE], [WORKSPACE]],
    [
      [WORKSPACE, other, WORKSPACE],
      [WORKSPACE, other],
    ],
    [`${WORKSPACE}, ${other}`, [WORKSPACE, other]],
    [
      [{ phoneNumber: WORKSPACE }, { number: other }],
      [WORKSPACE, other],
    ],
    ['(415) 555-0200', [WORKSPACE]],
    [14155550200, [WORKSPACE]],
    [[], undefined],
    [null, undefined],
    [{}, undefined],
  ]
  for (const [to, expected] of spellings) {
    t.strictSame(fieldsOf(legacyMessage({ to }), 'message').to_numbers, expected, JSON.stringify(to))
  }
})

t.test('a flat message.received tells the message and its sender by name', async (t) => {
  const updates = translate(flatMessage())
  const message = only(updates, 'message')
  t.equal(message.id, 'msg_1')
  t.strictSame(message.at, new Date(CREATED_AT))
  t.strictSame(known(message), {
    direction: 'incoming',
    status: 'received',
    from_number: CUSTOMER,
    to_numbers: [WORKSPACE],
    body: 'hello',
    contact_phone: CUSTOMER,
    contact_ids: ['contact_1'],
    conversation_id: 'conv_1',
    created_at: new Date(CREATED_AT),
  })
  t.strictSame(known(only(updates, 'contact_number', CUSTOMER)), {
    provider_contact_id: 'contact_1',
    name: 'Jane Doe',
  })
})

t.test('flat reports of delivery and failure tell the status, its time and the error', async (t) => {
  const time = '2026-04-13T12:00:05.000Z'
  const delivered = translate(
    flat('message.delivered', {
      messageId: 'msg_1',
      status: 'delivered',
      deliveredAt: time,
      phoneNumber: WORKSPACE,
    }),
  )
  t.equal(delivered.length, 1, 'no number is taken for the other party')
  t.strictSame(delivered[0]?.at, new Date(time))
  t.strictSame(known(only(delivered, 'message')), { status: 'delivered', delivered_at: new Date(time) })

  const failed = flat('message.failed', {
    messageId: 'msg_1',
    failedAt: time,
    error: { code: 30006, message: 'Landline or unreachable carrier' },
  })
  t.strictSame(fieldsOf(failed, 'message'), {
    status: 'failed',
    error_code: '30006',
    error_message: 'Landline or unreachable carrier',
    failed_at: new Date(time),
  })
})

t.test('where no status is given, the type of the event tells it', async (t) => {
  for (const status of ['received', 'delivered', 'failed', 'undelivered']) {
    t.equal(fieldsOf(sent(`message.${status}`, { status: null }), 'message').status, status)
  }
  t.equal(
    fieldsOf(sent('message.delivered', { status: 'Partially-Delivered' }), 'message').status,
    'partially_delivered',
  )
})

t.test('an event of delivery or failure tells the time where the message has no field for it', async (t) => {
  t.strictSame(fieldsOf(sent('message.delivered'), 'message').delivered_at, OCCURRED_AT)
  t.strictSame(fieldsOf(sent('message.failed', { errorCode: '30007' }), 'message'), {
    ...fieldsOf(sent('message.undelivered'), 'message'),
    status: 'failed',
    error_code: '30007',
  })
  t.strictSame(fieldsOf(sent('message.undelivered'), 'message').failed_at, OCCURRED_AT)
  t.equal(fieldsOf(received(), 'message').delivered_at, undefined)
})

t.test('a message that was sent has its recipient as contact', async (t) => {
  const updates = translate(sent('message.delivered'))
  t.equal(known(only(updates, 'message')).contact_phone, CUSTOMER)
  t.strictSame(known(only(updates, 'contact_number', CUSTOMER)), { provider_contact_id: 'CT1' })
})

t.test('a group message makes every number known and gives the one contact id to none', async (t) => {
  const recipientIdentifiers = [CUSTOMER, '22395', '+14155550300']
  const updates = translate(sent('message.delivered', {}, { recipientIdentifiers }))
  t.strictSame(known(only(updates, 'message')).to_numbers, recipientIdentifiers)
  t.equal(known(only(updates, 'message')).contact_phone, CUSTOMER)
  const numbers = updates.filter((update) => update.kind === 'contact_number')
  t.strictSame(
    numbers.map((update) => [update.id, known(update)]),
    [
      [CUSTOMER, {}],
      ['+14155550300', {}],
    ],
  )
  const toGroup = translate(received({}, { recipientIdentifiers: [WORKSPACE, '+14155550300'] }))
  t.strictSame(known(only(toGroup, 'contact_number')), {}, 'the contact may be another member')
})

t.test('a lookup that was not possible is not taken for a stranger', async (t) => {
  const lookups: [unknown, string[] | undefined][] = [
    [{ ids: ['CT1', 'CT2'], lookupStatus: 'matched' }, ['CT1', 'CT2']],
    [{ ids: [], lookupStatus: 'none' }, []],
    [{ ids: [], lookupStatus: 'unavailable' }, undefined],
    [{ ids: ['CT1'], lookupStatus: 'unavailable' }, undefined],
    [{ ids: ['CT1'] }, undefined],
    [{ ids: null, lookupStatus: 'matched' }, undefined],
    [null, undefined],
    ['CT1', undefined],
  ]
  for (const [contacts, expected] of lookups) {
    t.strictSame(
      fieldsOf(received({}, { contacts }), 'message').contact_ids,
      expected,
      JSON.stringify(contacts),
    )
  }
  const ambiguous = received({}, { contacts: { ids: ['CT1', 'CT2'], lookupStatus: 'matched' } })
  t.strictSame(fieldsOf(ambiguous, 'contact_number'), {}, 'two contacts share the number')
  t.equal(fieldsOf(legacyMessage({ contactIds: [] }), 'message').contact_ids, undefined)
})

t.test('short codes and withheld numbers are kept but are no contacts', async (t) => {
  for (const sender of ['22395', 'anonymous', ' blocked ', 'restricted']) {
    const updates = translate(received({}, { senderIdentifier: sender }))
    t.equal(updates.length, 1)
    t.equal(known(only(updates, 'message')).from_number, sender.trim())
    t.equal(known(only(updates, 'message')).contact_phone, undefined)
  }
})

t.test('without a direction only the flat contact tells the other party', async (t) => {
  const unknown = { direction: null, from: CUSTOMER, to: WORKSPACE }
  const contact = { id: 'contact_1', phoneNumber: '415-555-0100', name: 'Jane Doe' }
  const told = translate(flat('message.delivered', { messageId: 'msg_1', ...unknown, contact }))
  t.equal(known(only(told, 'message')).contact_phone, CUSTOMER)
  t.equal(known(only(told, 'message')).direction, undefined)
  t.equal(known(only(told, 'contact_number', CUSTOMER)).name, 'Jane Doe')
  t.equal(translate(flat('message.delivered', { messageId: 'msg_1', ...unknown })).length, 1)
})

t.test('a current or legacy payload without a direction has that of its type', async (t) => {
  t.equal(fieldsOf(received({ direction: undefined }), 'message').contact_phone, CUSTOMER)
  t.equal(fieldsOf(sent('message.delivered', { direction: 7 }), 'message').contact_phone, CUSTOMER)
  t.equal(fieldsOf(legacyMessage({ direction: undefined }), 'message').direction, 'incoming')
})

t.test('the name of a flat contact is not put to another number', async (t) => {
  const contact = { id: 'contact_1', phoneNumber: '+14155550300', name: 'Jane Doe' }
  t.strictSame(fieldsOf(flatMessage({ contact }), 'contact_number'), {})
  const unnumbered = { id: 'contact_1', name: 'Jane Doe' }
  t.strictSame(fieldsOf(flatMessage({ contact: unnumbered }), 'contact_number'), {
    provider_contact_id: 'contact_1',
    name: 'Jane Doe',
  })
})

t.test(
  'the object’s updatedAt counts before the time of the event, and that before the shape’s own',
  async (t) => {
    const updatedAt = '2026-04-13T12:30:00Z'
    t.strictSame(only(translate(received({ updatedAt })), 'message').at, new Date(updatedAt))
    t.strictSame(only(translate(received()), 'message').at, OCCURRED_AT)
    t.strictSame(only(translate(flatMessage()), 'message').at, new Date(CREATED_AT))
    t.equal(only(translate(flatMessage({ createdAt: 'yesterday' })), 'message').at, null)
  },
)

t.test('ids may be numbers', async (t) => {
  t.equal(only(translate(received({ id: 12345 })), 'message').id, '12345')
  t.equal(only(translate(flatMessage({ messageId: 7 })), 'message').id, '7')
  t.equal(fieldsOf(received({}, { conversationId: 9 }), 'message').conversation_id, '9')
})

t.test('a payload without the message’s id is refused with the name of the field', async (t) => {
  const refusals: [Parameters<typeof translate>[0], RegExp][] = [
    [received({ id: undefined }), /^data\.resource\.id: expected a non-empty text or number/],
    [received({ id: null }), /^data\.resource\.id: /],
    [received({ id: ' \u0000' }), /^data\.resource\.id: /],
    [received({ id: {} }), /^data\.resource\.id: /],
    [received({ id: 'x'.repeat(513) }), /^data\.resource\.id: .*at most 512/],
    [legacyMessage({ id: '' }), /^data\.object\.id: /],
    [flatMessage({ messageId: [] }), /^data\.messageId: /],
    [event('message.received', {}), /^data\.messageId: .*data\.resource or data\.object/],
  ]
  for (const [given, message] of refusals) {
    t.throws(() => translate(given), { name: 'PermanentError', message })
    t.throws(() => translate(given), PermanentError)
  }
})

t.test('fields of wrong types are unknown, not errors', async (t) => {
  const wrong = { direction: 5, text: 5, media: 'x', status: [], createdAt: true, errorCode: {}, error: [] }
  const context = {
    orgId: [],
    phoneNumberId: {},
    conversationId: false,
    userId: '',
    contacts: 'CT1',
    senderIdentifier: {},
    recipientIdentifiers: true,
  }
  t.strictSame(fieldsOf(received(wrong, context), 'message'), {
    direction: 'incoming',
    status: 'received',
    deep_link: 'https://my.quo.com/inbox/PN1/c/CN1',
  })
  t.strictSame(
    fieldsOf(event('message.received', { resource: { id: 'AC1' }, context: 5, links: [] }), 'message'),
    {
      direction: 'incoming',
      status: 'received',
    },
  )
})

t.test('an empty text is known to be empty, a missing one is unknown', async (t) => {
  t.equal(fieldsOf(received({ text: '' }), 'message').body, '')
  t.equal(fieldsOf(received({ text: null }), 'message').body, undefined)
})

t.test('media may be bare links, and what has no link is left out', async (t) => {
  const media = [
    'https://m.example/1.jpg',
    { url: 'https://m.example/2.pdf', size: 5 },
    { type: 'x' },
    null,
    5,
  ]
  t.strictSame(fieldsOf(received({ media }), 'message').media, [
    { url: 'https://m.example/1.jpg' },
    { url: 'https://m.example/2.pdf' },
  ])
  t.strictSame(fieldsOf(received({ media: [] }), 'message').media, [])
  t.equal(fieldsOf(received({ media: null }), 'message').media, undefined)
})

t.test('what Postgres cannot hold is taken out of every text', async (t) => {
  const given = received(
    { id: 'AC\u00001', text: 'a\u0000b \ud83d c \ud83d\ude00', media: [{ url: 'https://m.example/\u0000' }] },
    { conversationId: 'CN\udc00' },
  )
  const message = only(translate(given), 'message')
  t.equal(message.id, 'AC1')
  t.match(known(message), {
    body: 'ab \ufffd c \ud83d\ude00',
    media: [{ url: 'https://m.example/' }],
    conversation_id: 'CN\ufffd',
  })
})
