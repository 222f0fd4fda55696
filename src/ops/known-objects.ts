import { type Kysely, sql } from 'kysely'
import type { Database } from '../tables/database.ts'
import type { Search } from './search.ts'

/** A message, call or other object that somebody looks for, from its table. */
export interface KnownObject {
  readonly table: 'message' | 'call' | 'voicemail' | 'task' | 'contact_profile'
  readonly id: string
  readonly direction: string | null
  readonly status: string | null
  /** The other party's number, where there is one. */
  readonly number: string | null
  /** When it was made, by the provider. */
  readonly at: Date
  /** Every time known of it; the first is `at`. */
  readonly times: readonly Date[]
}

/** Who a number belongs to; null where that is not known. */
export interface KnownContact {
  readonly number: string
  readonly name: string | null
  readonly company: string | null
}

/** Objects told about, of each table and in all. */
const OBJECTS = 20

/**
 * The newest messages, calls and voicemails with a number, or the objects of an id, the newest first; each by an
 * index. Objects without any time are left out: most often the event that would tell it has not come yet.
 */
export async function readKnownObjects(db: Kysely<Database>, search: Search): Promise<KnownObject[]> {
  const query = search.kind === 'number' ? objectsOfNumber(search.text) : objectsOfId(search.text)
  const { rows } = await query.execute(db)
  return rows
}

export async function readContact(db: Kysely<Database>, number: string): Promise<KnownContact | undefined> {
  const { rows } = await sql<KnownContact>`
    select phone_number as number, name, company from openphone.contact where phone_number = ${number}
  `.execute(db)
  return rows[0]
}

function objectsOfNumber(number: string) {
  return sql<KnownObject>`
    select * from (
      (select ${message} where contact_phone = ${number} and created_at is not null
        order by created_at desc limit ${OBJECTS})
      union all
      (select ${call} where contact_phone = ${number} and created_at is not null
        order by created_at desc limit ${OBJECTS})
      union all
      (select ${voicemail} where contact_phone = ${number} and received_at is not null
        order by received_at desc limit ${OBJECTS})
    ) as object
    order by at desc
    limit ${OBJECTS}
  `
}

function objectsOfId(id: string) {
  return sql<KnownObject>`
    select * from (
      select ${message} where id = ${id} and created_at is not null
      union all
      select ${call} where id = ${id} and created_at is not null
      union all
      select ${voicemail} where (id = ${id} or call_id = ${id}) and received_at is not null
      union all
      select ${task} where id = ${id} and created_at is not null
      union all
      select ${profile} where id = ${id} and coalesce(updated_at, created_at) is not null
    ) as object
    order by at desc
    limit ${OBJECTS}
  `
}

const message = sql.raw(`
  'message' as "table", id, direction, status, contact_phone as number, created_at as at,
  array_remove(array[created_at, delivered_at, failed_at], null) as times
  from openphone.message`)
const call = sql.raw(`
  'call' as "table", id, direction, status, contact_phone as number, created_at as at,
  array_remove(array[created_at, answered_at, missed_at, completed_at], null) as times
  from openphone.call`)
const voicemail = sql.raw(`
  'voicemail' as "table", id, direction, null as status, contact_phone as number, received_at as at,
  array[received_at] as times
  from openphone.voicemail`)
const task = sql.raw(`
  'task' as "table", id, null as direction, status, null as number, created_at as at,
  array_remove(array[created_at, completed_at, deleted_at], null) as times
  from openphone.task`)
const profile = sql.raw(`
  'contact_profile' as "table", id, null as direction, null as status, phone_numbers[1] as number,
  coalesce(updated_at, created_at) as at, array_remove(array[updated_at, created_at, deleted_at], null) as times
  from openphone.contact_profile`)
