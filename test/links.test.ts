import assert from 'node:assert'
import { sql } from 'kysely'
import { another, createContext } from '../src/samples/context.ts'
import { customerAt } from '../src/samples/customers.ts'
import {
  type Envelope,
  findSample,
  later,
  type SampleContext,
  type Shape,
  samples,
} from '../src/samples/index.ts'
import { edited } from './convergence/edits.ts'
import { twinsOf } from './convergence/event.ts'
import { historyOf } from './convergence/history.ts'
import { holds } from './convergence/holds.ts'
import { deliveryOf, openReplica } from './convergence/replica.ts'
import { rowsAfter } from './convergence/run-history.ts'
import t from './helper/tap.ts'

// A message, call or voicemail names the other party by number, and by the provider's ids where it gives
// them; who that is, the view `contact` tells when it is asked.

const replica = await openReplica(t)
const { db } = replica
t.beforeEach(() => replica.clear())

let deliveries = 0

/** Stores and processes events one by one. */
async function tell(...envelopes: readonly Envelope[]): Promise<void> {
  for (const envelope of envelopes) {
    deliveries += 1
    const delivery = deliveryOf(Buffer.from(JSON.stringify(envelope)), `msg_${deliveries}`)
    await replica.process(await replica.store([delivery]))
  }
}

function told(
  type: string,
  shape: Shape,
  context: SampleContext,
  fields: Record<string, unknown> = {},
): Envelope {
  const sample = findSample(type, shape)
  assert(sample, `${type} is not sent in shape ${shape}`)
  const edits = Object.entries(fields).map(([field, value]) => ({ field, value }))
  return edited(sample.build(context), edits)
}

/** Both orders in which two events may arrive. */
function bothOrders<Item>(first: Item, second: Item): [string, Item[]][] {
  return [
    ['before', [first, second]],
    ['after', [second, first]],
  ]
}

/** The names of those whose number a table's rows have. */
async function namesByNumber(table: 'message' | 'call' | 'voicemail'): Promise<(string | null)[]> {
  const rows = await db
    .selectFrom(table)
    .innerJoin('contact', 'contact.phone_number', `${table}.contact_phone`)
    .select('contact.name')
    .execute()
  return rows.map(({ name }) => name)
}

/** The names of those whose provider's ids a table's rows have. */
async function namesById(table: 'message' | 'call'): Promise<(string | null)[]> {
  const rows = await db
    .selectFrom(table)
    .innerJoin('contact', (join) =>
      join.on('contact.provider_contact_id', '=', sql<string>`any (${sql.ref(`${table}.contact_ids`)})`),
    )
    .select('contact.name')
    .orderBy('contact.name')
    .execute()
  return rows.map(({ name }) => name)
}

const customer = customerAt(0)
const customersName = `${customer.firstName} ${customer.lastName}`
const context: SampleContext = { ...createContext({ seed: 'links', contactLookup: 'none' }), customer }
/** As above, but the provider knows whose number it is. */
const matched: SampleContext = { ...context, contactLookup: 'matched' }
/** A contact that lists no number. */
const withoutNumber = { phoneNumbers: [], fields: [] }

for (const { table, event, contactShape } of [
  { table: 'message', event: told('message.received', 'current', context), contactShape: 'current' },
  { table: 'message', event: told('message.delivered', 'legacy', context), contactShape: 'legacy' },
  { table: 'message', event: told('message.received', 'flat', context), contactShape: 'current' },
  { table: 'call', event: told('call.completed', 'current', context), contactShape: 'legacy' },
  { table: 'call', event: told('call.completed', 'legacy', context), contactShape: 'current' },
  { table: 'call', event: told('call.missed', 'flat', context), contactShape: 'legacy' },
  {
    table: 'voicemail',
    event: told('call.voicemail.completed', 'current', context),
    contactShape: 'current',
  },
  { table: 'voicemail', event: told('voicemail.received', 'flat', context), contactShape: 'legacy' },
] as const) {
  const contact = told('contact.updated', contactShape, context)
  for (const [when, events] of bothOrders(event, contact)) {
    const shape = event.apiVersion ?? 'flat'
    t.test(`a ${table} (${shape}) that comes ${when} its contact finds it by number`, async (t) => {
      await tell(...events)
      t.same(await namesByNumber(table), [customersName])
    })
  }
}

for (const { table, event } of [
  { table: 'message', event: told('message.received', 'current', matched) },
  { table: 'message', event: told('message.received', 'legacy', matched) },
  { table: 'message', event: told('message.received', 'flat', matched) },
  { table: 'call', event: told('call.completed', 'current', matched) },
  { table: 'call', event: told('call.summary.completed', 'legacy', matched) },
  { table: 'call', event: told('call.completed', 'flat', matched) },
] as const) {
  const contact = told('contact.updated', 'current', context, withoutNumber)
  for (const [when, events] of bothOrders(event, contact)) {
    const shape = event.apiVersion ?? 'flat'
    t.test(`a ${table} (${shape}) that comes ${when} a contact without numbers finds it by id`, async (t) => {
      await tell(...events)
      t.same(await namesById(table), [customersName])
    })
  }
}

t.test('a message to two numbers finds both contacts by id', async (t) => {
  const [one, other] = [customer, customerAt(1)]
  const contactIds = [one.contactId, other.contactId]
  const to = [one.phoneNumber, other.phoneNumber]
  const contacts = [one, other].map((customer) =>
    told('contact.updated', 'current', { ...context, customer }, withoutNumber),
  )
  await tell(told('message.delivered', 'legacy', matched, { to, contactIds }), ...contacts)
  t.same(await namesById('message'), [customersName, `${other.firstName} ${other.lastName}`].sort())
})

t.test('a name that comes later shows up everywhere, and no row is rewritten for it', async (t) => {
  const second = another(another(context, 'messageId'), 'callId')
  await tell(
    told('message.received', 'current', context),
    told('message.received', 'legacy', second),
    told('call.completed', 'current', context),
    told('call.voicemail.completed', 'current', context),
  )
  const before = await versions()
  t.equal(before.length, 4)
  t.same(await namesByNumber('message'), [null, null])
  await tell(told('contact.updated', 'current', context))
  t.same(await versions(), before)
  for (const table of ['message', 'call', 'voicemail'] as const) {
    t.ok(
      (await namesByNumber(table)).every((name) => name === customersName),
      table,
    )
  }
})

/** Which version of each row Postgres holds: a row that is written again gets another one. */
async function versions(): Promise<unknown[]> {
  const tables = ['message', 'call', 'voicemail']
  const selects = tables.map(
    (table) => `select '${table}' as of, id, xmin::text, ctid from openphone.${table}`,
  )
  const { rows } = await replica.pool.query(`${selects.join(' union all ')} order by 1, 2`)
  return rows
}

const number = told('message.received', 'flat', context, {
  contact: { id: null, phoneNumber: customer.phoneNumber, name: 'Sam (from the phone book)' },
})
const nameless = told('contact.updated', 'current', context, { firstName: null, lastName: null })
for (const [when, events] of bothOrders(number, nameless)) {
  t.test(`a number that is seen ${when} the provider's contact of it is one contact with it`, async (t) => {
    await tell(...events)
    const contacts = await db.selectFrom('contact').selectAll().execute()
    t.match(contacts, [
      {
        phone_number: customer.phoneNumber,
        provider_contact_id: customer.contactId,
        // What the message knew, and what the contact knows.
        name: 'Sam (from the phone book)',
        emails: [customer.email],
        deleted_at: null,
      },
    ])
    t.equal(contacts.length, 1)
    t.same(await namesByNumber('message'), ['Sam (from the phone book)'])
  })
}

t.test('a number that goes over to another contact takes its messages along', async (t) => {
  const next = customerAt(1)
  const { phoneNumber } = customer
  const moved = later(context, 60)
  await tell(
    told('message.received', 'current', context),
    told('contact.updated', 'current', context),
    told('contact.updated', 'current', moved, { phoneNumbers: [{ value: next.phoneNumber }] }),
    told(
      'contact.updated',
      'current',
      { ...moved, customer: next },
      { phoneNumbers: [{ value: phoneNumber }] },
    ),
  )
  t.same(await namesByNumber('message'), [`${next.firstName} ${next.lastName}`])
})

t.test('the messages of a contact that was deleted still tell whose they were', async (t) => {
  await tell(
    told('contact.updated', 'current', context),
    told('contact.deleted', 'current', later(context, 60)),
    told('message.received', 'current', context),
  )
  t.same(await namesByNumber('message'), [customersName])
  const contact = await db.selectFrom('contact').select('deleted_at').executeTakeFirstOrThrow()
  t.same(contact.deleted_at, later(context, 60).now)
})

t.test(
  "a contact without numbers is found by id, even when its number turns out to be another one's",
  async (t) => {
    const owner = customerAt(1)
    await tell(
      told('contact.updated', 'current', context, withoutNumber),
      told('message.received', 'current', matched),
      told(
        'contact.updated',
        'current',
        { ...context, customer: owner },
        {
          phoneNumbers: [{ value: customer.phoneNumber }],
        },
      ),
    )
    t.same(await namesByNumber('message'), [`${owner.firstName} ${owner.lastName}`])
    t.same(await namesById('message'), [customersName])
  },
)

const HISTORIES = 40

t.test(
  'no contact is lost: every number has one row, and so has every contact without a number',
  async (t) => {
    const twins = twinsOf(samples.filter(({ type }) => /^(contact|message|voicemail)\./.test(type)))
    await holds(t, HISTORIES, historyOf(twins), async ({ events }) => {
      const rows = await rowsAfter(replica, events)
      const view = rows.contact ?? []
      const numbers = rows.contact_number?.map(({ id }) => id)
      const inView = view.flatMap(({ phone_number }) => phone_number ?? [])
      assert.deepStrictEqual(inView, numbers ?? [])
      for (const { id, phone_numbers } of rows.contact_profile ?? []) {
        if (Array.isArray(phone_numbers) && phone_numbers.length > 0) continue
        assert(
          view.some((contact) => contact.provider_contact_id === id),
          `${id} is not in the view`,
        )
      }
    })
  },
)
