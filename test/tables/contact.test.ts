import type { Selectable } from 'kysely'
import { upsertContactNumbers } from '../../src/tables/contact-number.ts'
import { upsertContactProfiles } from '../../src/tables/contact-profile.ts'
import type { Database } from '../../src/tables/database.ts'
import type { ContactNumberUpdate, ContactProfileUpdate } from '../../src/vocabulary/updates.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'

const ANN = '+15555550101'
const BOB = '+15555550102'

/** The n-th hour of a day. */
const hour = (n: number) => new Date(Date.UTC(2026, 4, 1, n))

function number(id: string, fields: ContactNumberUpdate['fields'] = {}, at = hour(1)): ContactNumberUpdate {
  return { kind: 'contact_number', id, at, fields }
}

function profile(
  id: string,
  fields: ContactProfileUpdate['fields'],
  at: Date = hour(1),
): ContactProfileUpdate {
  return { kind: 'contact_profile', id, at, fields: { updated_at: at, deleted_at: null, ...fields } }
}

type Contact = Selectable<Database['contact']>

t.test('the view of contacts', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  const write = (...updates: (ContactNumberUpdate | ContactProfileUpdate)[]) =>
    db.transaction().execute(async (trx) => {
      for (const update of updates) {
        if (update.kind === 'contact_number') await upsertContactNumbers([update]).execute(trx)
        else await upsertContactProfiles([update]).execute(trx)
      }
    })
  const contacts = (): Promise<Contact[]> => db.selectFrom('contact').selectAll().orderBy('id').execute()
  t.afterEach(() => pool.query('truncate openphone.contact_number, openphone.contact_profile'))

  const annsProfile = profile('CT1', {
    first_name: 'Ann',
    last_name: 'Lee',
    company: 'Lee & Co',
    phone_numbers: [ANN],
    emails: ['ann@example.com'],
  })

  await t.test('has a number that nobody is known for', async (t) => {
    await write(number(ANN))
    t.match(await contacts(), [{ id: ANN, phone_number: ANN, provider_contact_id: null, name: null }])
  })

  await t.test('puts a number and the profile that lists it together, in either order', async (t) => {
    for (const updates of [
      [number(ANN), annsProfile],
      [annsProfile, number(ANN)],
    ]) {
      await write(...updates)
      t.match(await contacts(), [
        {
          id: ANN,
          phone_number: ANN,
          provider_contact_id: 'CT1',
          name: 'Ann Lee',
          first_name: 'Ann',
          company: 'Lee & Co',
          phone_numbers: [ANN],
          emails: ['ann@example.com'],
          deleted_at: null,
        },
      ])
      await pool.query('truncate openphone.contact_number, openphone.contact_profile')
    }
  })

  await t.test('has a row for each number of a profile', async (t) => {
    await write(number(ANN), number(BOB), profile('CT1', { first_name: 'Ann', phone_numbers: [ANN, BOB] }))
    t.match(await contacts(), [
      { id: ANN, name: 'Ann', provider_contact_id: 'CT1' },
      { id: BOB, name: 'Ann', provider_contact_id: 'CT1' },
    ])
  })

  await t.test('shows when a contact was deleted, and no longer once it is revived', async (t) => {
    await write(number(ANN), annsProfile)
    const deleted = profile('CT1', { deleted_at: hour(3) }, hour(3))
    await write(deleted)
    t.match(await contacts(), [{ id: ANN, name: 'Ann Lee', deleted_at: hour(3) }])
    await write(profile('CT1', { company: 'Late & Co' }, hour(2)))
    t.match(await contacts(), [{ deleted_at: hour(3) }], 'an older update does not revive it')
    await write(profile('CT1', { company: 'New & Co' }, hour(4)))
    t.match(await contacts(), [{ name: 'Ann Lee', company: 'New & Co', deleted_at: null }])
    await write(deleted)
    t.match(await contacts(), [{ deleted_at: null }], 'nor does an older deletion delete it again')
  })

  await t.test('describes a number that two profiles share by the one updated last', async (t) => {
    await write(
      number(ANN),
      profile('CT1', { first_name: 'Ann', phone_numbers: [ANN] }, hour(1)),
      profile('CT2', { first_name: 'Anne', phone_numbers: [BOB, ANN] }, hour(2)),
    )
    t.match(await contacts(), [{ id: ANN, name: 'Anne', provider_contact_id: 'CT2' }])
    await write(profile('CT1', { first_name: 'Annie', phone_numbers: [ANN] }, hour(3)))
    t.match(await contacts(), [{ id: ANN, name: 'Annie', provider_contact_id: 'CT1' }])
  })

  await t.test('prefers a profile that is not deleted, however old', async (t) => {
    await write(
      number(ANN),
      profile('CT1', { first_name: 'Ann', phone_numbers: [ANN] }, hour(1)),
      profile('CT2', { first_name: 'Gone', phone_numbers: [ANN], deleted_at: hour(2) }, hour(2)),
    )
    t.match(await contacts(), [{ id: ANN, name: 'Ann', deleted_at: null }])
  })

  await t.test('chooses between profiles of the same time always alike', async (t) => {
    const first = profile('CT1', { first_name: 'Ann', phone_numbers: [ANN] })
    const second = profile('CT2', { first_name: 'Anne', phone_numbers: [ANN] })
    await write(number(ANN), second, first)
    t.match(await contacts(), [{ provider_contact_id: 'CT1' }])
  })

  await t.test('has a row for a profile without a number', async (t) => {
    await write(
      profile('CT1', { first_name: 'Ann' }),
      profile('CT2', { first_name: 'Bob', phone_numbers: [] }),
    )
    t.match(await contacts(), [
      { id: 'CT1', phone_number: null, provider_contact_id: 'CT1', name: 'Ann' },
      { id: 'CT2', phone_number: null, provider_contact_id: 'CT2', name: 'Bob' },
    ])
  })

  await t.test(
    'keeps a profile without a number that is named for one which another profile lists',
    async (t) => {
      await write(
        number(ANN, { provider_contact_id: 'CT1' }),
        profile('CT1', { first_name: 'Ann' }),
        profile('CT2', { first_name: 'Bob', phone_numbers: [ANN] }),
      )
      t.same(
        (await contacts()).map(({ id, first_name }) => [id, first_name]),
        [
          [ANN, 'Bob'],
          ['CT1', 'Ann'],
        ],
      )
    },
  )

  await t.test('names a number as a payload named it, until a profile does', async (t) => {
    await write(number(ANN, { name: 'Ann from the message' }))
    t.match(await contacts(), [{ id: ANN, name: 'Ann from the message', first_name: null }])
    await write(profile('CT1', { company: 'Lee & Co', phone_numbers: [ANN] }))
    t.match(await contacts(), [{ name: 'Ann from the message', company: 'Lee & Co' }], 'nor has it a name')
    await write(profile('CT1', { last_name: 'Lee' }, hour(2)))
    t.match(await contacts(), [{ name: 'Lee' }])
  })

  await t.test(
    'describes a number by the contact that a payload named for it, where none lists it',
    async (t) => {
      await write(number(ANN, { provider_contact_id: 'CT1' }))
      t.match(
        await contacts(),
        [{ id: ANN, provider_contact_id: 'CT1', name: null }],
        'even before it is known',
      )
      await write(profile('CT1', { first_name: 'Ann' }))
      t.match(await contacts(), [{ id: ANN, provider_contact_id: 'CT1', name: 'Ann' }], 'once')
      await write(profile('CT2', { first_name: 'Anne', phone_numbers: [ANN] }))
      t.match((await contacts())[0], { id: ANN, provider_contact_id: 'CT2', name: 'Anne' }, 'until one does')
    },
  )

  await t.test('lets a number go that a profile lists no more', async (t) => {
    await write(number(ANN), number(BOB), annsProfile)
    await write(profile('CT1', { phone_numbers: [BOB] }, hour(2)))
    t.match(await contacts(), [
      { id: ANN, provider_contact_id: null, name: null },
      { id: BOB, provider_contact_id: 'CT1', name: 'Ann Lee' },
    ])
  })
})
