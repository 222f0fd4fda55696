import { callStatusRank, processingRank } from '../vocabulary/status.ts'
import type { CallFields, CallUpdate } from '../vocabulary/updates.ts'
import type { Columns } from './merge/fold.ts'
import { furthest, latest, type Rank, settled } from './merge/rule.ts'
import { upsertInto } from './merge/upsert.ts'
import type { ProjectionTable } from './projection.ts'

export type CallTable = ProjectionTable<CallFields>

/** What a summary or transcript says is as far on as the event that says it; one that names no state is done. */
const asSummary: Rank = (_, fields) => processingRank(fields.summary_status ?? 'completed')
const asTranscript: Rank = (_, fields) => processingRank(fields.transcript_status ?? 'completed')

export const callColumns: Columns<CallFields> = {
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
  summary: furthest(asSummary, 'text[]'),
  next_steps: furthest(asSummary, 'text[]'),
  handled_by_ai_agent: latest('boolean'),
  summary_jobs: furthest(asSummary, 'jsonb'),
  summary_sentiment: furthest(asSummary),
  summary_priority: furthest(asSummary),
  transcript_status: furthest(processingRank),
  transcript: furthest(asTranscript),
  transcript_dialogue: furthest(asTranscript, 'jsonb'),
  transcript_confidence: furthest(asTranscript, 'double precision'),
  transcript_language: furthest(asTranscript),
}

/**
 * Writes calls, whichever of their events comes first. Summary and transcript go forward only: one that
 * is completed is not undone by word of its being in progress, nor by what it said until then.
 */
export const upsertCalls = upsertInto<CallUpdate>('call', callColumns)

function trueOverFalse(value: unknown): number {
  return value === true ? 1 : 0
}
