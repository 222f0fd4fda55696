import type { ContactProfileFields, ContactProfileUpdate } from '../vocabulary/updates.ts'
import type { Columns } from './merge/fold.ts'
import { latest, settled } from './merge/rule.ts'
import { upsertInto } from './merge/upsert.ts'
import type { ProjectionTable } from './projection.ts'

/** Its `id` is the provider's contact id. */
export type ContactProfileTable = ProjectionTable<ContactProfileFields>

export const contactProfileColumns: Columns<ContactProfileFields> = {
  first_name: latest(),
  last_name: latest(),
  company: latest(),
  role: latest(),
  location: latest(),
  source: latest(),
  external_id: latest(),
  picture_url: latest(),
  phone_numbers: latest('text[]'),
  emails: latest('text[]'),
  custom_fields: latest('jsonb'),
  notes: latest('jsonb'),
  shared_with: latest('text[]'),
  user_id: latest(),
  org_id: settled(),
  created_at: settled('timestamptz'),
  updated_at: settled('timestamptz'),
  deleted_at: latest('timestamptz', (value) => (value === null ? 0 : 1)),
}

/** Writes the provider's contacts. One that was deleted stays so unless a later update revives it. */
export const upsertContactProfiles = upsertInto<ContactProfileUpdate>(
  'contact_profile',
  contactProfileColumns,
)
