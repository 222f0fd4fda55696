import type { ContactProfileUpdate } from '../../src/vocabulary/updates.ts'
import t from '../helper/tap.ts'
import {
  CUSTOMER,
  current,
  event,
  fieldsOf,
  type Json,
  known,
  legacy,
  OCCURRED_AT,
  only,
  translate,
} from './build.ts'

const CREATED_AT = '2026-01-01T00:00:00.000Z'
const UPDATED_AT = '2026-04-13T11:00:00.000Z'

function contact(resource: Json = {}, type = 'contact.updated') {
  return current(
    type,
    {
      id: 'CT1',
      firstName: 'Jane',
      lastName: 'Doe',
      company: null,
      role: null,
      location: null,
      source: null,
      externalId: null,
      emails: [{ value: 'jane@example.com', type: 'email' }],
      phoneNumbers: [{ value: CUSTOMER, type: 'phone-number' }],
      customFields: [{ name: 'Tier', key: 'tier', type: 'string', value: 'gold' }],
      createdAt: CREATED_AT,
      updatedAt: UPDATED_AT,
      ...resource,
    },
    { sharedWithIds: ['US2'] },
  )
}

function legacyContact(object: Json = {}, type = 'contact.updated') {
  return legacy(type, {
    id: 'CT1',
    object: 'contact',
    firstName: 'Jane',
    lastName: 'Doe',
    pictureUrl: null,
    fields: [
      { name: 'Phone', type: 'phone-number', value: CUSTOMER },
      { name: 'Email', type: 'email', value: 'jane@example.com' },
      { name: 'Tier', type: 'string', value: 'gold' },
    ],
    notes: [{ text: 'prefers mornings' }],
    sharedWith: ['US2'],
    createdAt: CREATED_AT,
    updatedAt: UPDATED_AT,
    ...object,
  })
}

function profileOf(given: Parameters<typeof translate>[0]): ContactProfileUpdate {
  return only(translate(given), 'contact_profile')
}

t.test('a current contact tells its profile and makes its numbers known', async (t) => {
  const updates = translate(contact())
  const profile = only(updates, 'contact_profile')
  t.equal(profile.id, 'CT1')
  t.strictSame(profile.at, new Date(UPDATED_AT))
  t.strictSame(known(profile), {
    first_name: 'Jane',
    last_name: 'Doe',
    phone_numbers: [CUSTOMER],
    emails: ['jane@example.com'],
    custom_fields: [
      { value: CUSTOMER, type: 'phone-number' },
      { value: 'jane@example.com', type: 'email' },
      { name: 'Tier', key: 'tier', type: 'string', value: 'gold' },
    ],
    shared_with: ['US2'],
    user_id: 'US1',
    org_id: 'OR1',
    created_at: new Date(CREATED_AT),
    updated_at: new Date(UPDATED_AT),
    deleted_at: null,
  })
  t.strictSame(known(only(updates, 'contact_number', CUSTOMER)), {})
})

t.test('a legacy contact tells the same', async (t) => {
  const { custom_fields, notes, ...told } = known(profileOf(legacyContact()))
  const { custom_fields: _, org_id, ...expected } = known(profileOf(contact()))
  t.strictSame(told, expected)
  t.strictSame(notes, [{ text: 'prefers mornings' }])
  t.match(custom_fields, [{ name: 'Phone' }, { name: 'Email' }, { name: 'Tier', value: 'gold' }])
  only(translate(legacyContact()), 'contact_number', CUSTOMER)
})

t.test('legacy fields come in many spellings', async (t) => {
  const spellings: [unknown, string[] | undefined, string[] | undefined][] = [
    [[{ type: 'phoneNumber', value: '(415) 555-0100' }], [CUSTOMER], []],
    [
      [
        { type: 'phone', value: CUSTOMER },
        { type: 'PHONE_NUMBER', value: CUSTOMER },
      ],
      [CUSTOMER],
      [],
    ],
    [[{ name: 'Phone Number', value: CUSTOMER }], [CUSTOMER], []],
    [[{ name: 'Email', value: ' jane@example.com ' }], [], ['jane@example.com']],
    [[{ name: 'Phone', type: 'string', value: 'none' }], [], []],
    [[], [], []],
    [
      { phone: CUSTOMER, email: ['a@example.com', 'b@example.com'] },
      [CUSTOMER],
      ['a@example.com', 'b@example.com'],
    ],
    [{ first: { type: 'phone-number', value: CUSTOMER } }, [CUSTOMER], []],
    [{}, undefined, undefined],
    [[{ type: 'phone-number', value: null }, null, 5, 'x'], undefined, []],
    [null, undefined, undefined],
    ['none', undefined, undefined],
    [5, undefined, undefined],
  ]
  for (const [fields, phones, emails] of spellings) {
    const { phone_numbers, emails: addresses } = profileOf(legacyContact({ fields })).fields
    t.strictSame([phone_numbers, addresses], [phones, emails], JSON.stringify(fields))
  }
})

t.test('a legacy contact may have the lists of a current one', async (t) => {
  const given = legacyContact({ fields: undefined, phoneNumbers: [{ value: CUSTOMER }] })
  t.strictSame(profileOf(given).fields.phone_numbers, [CUSTOMER])
})

t.test('a null is unknown, an empty list is known to be empty', async (t) => {
  const empty = known(profileOf(contact({ phoneNumbers: [], emails: [], customFields: [] })))
  t.strictSame([empty.phone_numbers, empty.emails, empty.custom_fields], [[], [], []])
  const nothing = { firstName: null, lastName: '', phoneNumbers: null, emails: null, customFields: null }
  const unknown = known(profileOf(contact(nothing)))
  for (const field of ['first_name', 'last_name', 'phone_numbers', 'emails', 'custom_fields']) {
    t.notOk(field in unknown, field)
  }
})

t.test('numbers are E.164 without repeats, and the others stay among the fields', async (t) => {
  const phoneNumbers = [
    { value: '415-555-0100' },
    { value: CUSTOMER },
    { value: '22395' },
    { value: '+442083661177' },
  ]
  const updates = translate(contact({ phoneNumbers }))
  t.strictSame(known(only(updates, 'contact_profile')).phone_numbers, [CUSTOMER, '+442083661177'])
  t.match(known(only(updates, 'contact_profile')).custom_fields, phoneNumbers)
  t.strictSame(
    updates.filter((update) => update.kind === 'contact_number').map((update) => update.id),
    [CUSTOMER, '+442083661177'],
  )
})

t.test('a deletion has a time, of the event rather than of the last change', async (t) => {
  const deleted = profileOf(contact({ phoneNumbers: [], emails: [] }, 'contact.deleted'))
  t.strictSame(deleted.at, OCCURRED_AT)
  t.strictSame(deleted.fields.deleted_at, OCCURRED_AT)
  t.equal(deleted.fields.phone_numbers, undefined, 'an empty list is no news on a deletion')
  t.equal(deleted.fields.first_name, 'Jane')
  const later = '2026-04-13T13:00:00.000Z'
  t.strictSame(profileOf(legacyContact({ updatedAt: later }, 'contact.deleted')).at, new Date(later))
})

t.test('a deletion without any time still deletes', async (t) => {
  const given = event('contact.deleted', { resource: { id: 'CT1' } }, { occurredAt: null })
  const deleted = profileOf(given)
  t.equal(deleted.at, null)
  t.ok(deleted.fields.deleted_at instanceof Date)
})

t.test('a contact without an id is refused', async (t) => {
  t.throws(() => translate(contact({ id: null })), {
    name: 'PermanentError',
    message: /^data\.resource\.id: /,
  })
  t.throws(() => translate(legacyContact({ id: [] })), { message: /^data\.object\.id: / })
  t.equal(profileOf(contact({ id: 5 })).id, '5')
})

t.test('fields of wrong types are unknown and texts are cleaned', async (t) => {
  const wrong = {
    firstName: 5,
    company: {},
    emails: 'x',
    phoneNumbers: {},
    customFields: 5,
    createdAt: [],
    updatedAt: 'x',
  }
  t.strictSame(fieldsOf(event('contact.updated', { resource: { id: 'CT1', ...wrong } }), 'contact_profile'), {
    deleted_at: null,
  })
  const dirty = {
    firstName: 'Ja\u0000ne',
    customFields: [{ name: 'x\ud800', value: ['\u0000'] }],
    phoneNumbers: [],
    emails: [],
  }
  t.match(fieldsOf(contact(dirty), 'contact_profile'), {
    first_name: 'Jane',
    custom_fields: [{ name: 'x\ufffd', value: [''] }],
  })
})
