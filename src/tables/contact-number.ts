import type { ContactNumberFields, ContactNumberUpdate } from '../vocabulary/updates.ts'
import type { Columns } from './merge/fold.ts'
import { latest } from './merge/rule.ts'
import { upsertInto } from './merge/upsert.ts'
import type { ProjectionTable } from './projection.ts'

/** Its `id` is the number, E.164. */
export type ContactNumberTable = ProjectionTable<ContactNumberFields>

export const contactNumberColumns: Columns<ContactNumberFields> = {
  provider_contact_id: latest(),
  name: latest(),
}

/** Makes sure that numbers are known, and keeps what payloads say of their owners. */
export const upsertContactNumbers = upsertInto<ContactNumberUpdate>('contact_number', contactNumberColumns, {
  looksFirst: true,
})
