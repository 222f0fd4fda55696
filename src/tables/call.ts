import { callStatusRank, processingRank } from '../vocabulary/status.ts'
import type { CallFields, CallUpdate } from '../vocabulary/updates.ts'
import { furthest, latest, settled } from './merge/rule.ts'
import { upsertInto } from './merge/upsert.ts'
import type { ProjectionTable } from './projection.ts'

export type CallTable = ProjectionTable<CallFields>

/**
 * Writes calls, whichever of their events comes first. Summary and transcript go forward only: one that
 * is completed is not undone by word of its being in progress.
 */
export const upsertCalls = upsertInto<CallUpdate>('call', {
  direction: settled(),
  status: latest('text', callStatusRank),
  duration_seconds: latest('double precision'),
  from_number: latest(),
  to_number: latest(),
  workspace_participants: latest('text[]'),
  external_participants: latest('text[]'),
  contact_phone: settled(),
  contact_ids: latest('text[]'),
  conversation_id: settled(),
  phone_number_id: settled(),
  phone_number_type: latest(),
  user_id: latest(),
  org_id: settled(),
  initiated_by: latest(),
  answered_by: latest(),
  deep_link: latest(),
  created_at: settled('timestamptz'),
  answered_at: settled('timestamptz'),
  completed_at: settled('timestamptz'),
  missed_at: settled('timestamptz'),
  forwarded_from: latest(),
  forwarded_to: latest(),
  menu_selection: latest(),
  menu_selection_name: latest(),
  menu_status_reason: latest(),
  has_voicemail: latest('boolean', trueOverFalse),
  recordings: latest('jsonb'),
  summary_status: furthest(processingRank),
  summary: latest('text[]'),
  next_steps: latest('text[]'),
  handled_by_ai_agent: latest('boolean'),
  summary_jobs: latest('jsonb'),
  summary_sentiment: latest(),
  summary_priority: latest(),
  transcript_status: furthest(processingRank),
  transcript: latest(),
  transcript_dialogue: latest('jsonb'),
  transcript_confidence: latest('double precision'),
  transcript_language: latest(),
})

function trueOverFalse(value: unknown): number {
  return value === true ? 1 : 0
}
