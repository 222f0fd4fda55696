import { messageStatusRank } from '../vocabulary/status.ts'
import type { MessageFields, MessageUpdate } from '../vocabulary/updates.ts'
import type { Columns } from './merge/fold.ts'
import { latest, settled } from './merge/rule.ts'
import { upsertInto } from './merge/upsert.ts'
import type { ProjectionTable } from './projection.ts'

export type MessageTable = ProjectionTable<MessageFields>

export const messageColumns: Columns<MessageFields> = {
  direction: settled(),
  status: latest('text', messageStatusRank),
  error_code: latest(),
  error_message: latest(),
  from_number: settled(),
  to_numbers: latest('text[]'),
  body: latest(),
  media: latest('jsonb'),
  contact_phone: settled(),
  contact_ids: latest('text[]'),
  conversation_id: settled(),
  phone_number_id: settled(),
  user_id: latest(),
  org_id: settled(),
  deep_link: latest(),
  created_at: settled('timestamptz'),
  delivered_at: settled('timestamptz'),
  failed_at: settled('timestamptz'),
}

/** Writes messages. A status follows the event's time; a text that is known stays. */
export const upsertMessages = upsertInto<MessageUpdate>('message', messageColumns)
