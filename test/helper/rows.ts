import type { Kysely } from 'kysely'
import type { SampleContext } from '../../src/samples/index.ts'
import type { Database } from '../../src/tables/database.ts'

/** The contact of a number; undefined where there is none. */
export async function contactWith(db: Kysely<Database>, phoneNumber: string) {
  const query = db.selectFrom('contact').selectAll().where('phone_number', '=', phoneNumber)
  const [contact, ...others] = await query.execute()
  if (others.length > 0) throw new Error(`several contacts of ${phoneNumber}`)
  return contact
}

/** The row of a context's message. */
export function messageOf(db: Kysely<Database>, { objects }: SampleContext) {
  return db.selectFrom('message').selectAll().where('id', '=', objects.messageId).executeTakeFirstOrThrow()
}

/** The row of a context's call. */
export function callOf(db: Kysely<Database>, { objects }: SampleContext) {
  return db.selectFrom('call').selectAll().where('id', '=', objects.callId).executeTakeFirstOrThrow()
}

/** @param id the call's where the voicemail names its call, else its own. */
export function voicemailWith(db: Kysely<Database>, id: string) {
  return db.selectFrom('voicemail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}
