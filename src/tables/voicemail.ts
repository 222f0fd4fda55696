import type { VoicemailFields, VoicemailUpdate } from '../vocabulary/updates.ts'
import type { Columns } from './merge/fold.ts'
import { latest, settled } from './merge/rule.ts'
import { upsertInto } from './merge/upsert.ts'
import type { ProjectionTable } from './projection.ts'

export type VoicemailTable = ProjectionTable<VoicemailFields>

export const voicemailColumns: Columns<VoicemailFields> = {
  voicemail_id: settled(),
  call_id: settled(),
  direction: settled(),
  from_number: latest(),
  to_number: latest(),
  contact_phone: settled(),
  duration_seconds: latest('double precision'),
  transcript: latest(),
  transcript_confidence: latest('double precision'),
  recording_id: latest(),
  recording_url: latest(),
  recording_type: latest(),
  conversation_id: settled(),
  phone_number_id: settled(),
  user_id: latest(),
  org_id: settled(),
  received_at: settled('timestamptz'),
}

/** Writes voicemails; their transcript and recording may come later. */
export const upsertVoicemails = upsertInto<VoicemailUpdate>('voicemail', voicemailColumns)
