import type { ObjectUpdate } from '../../../../../src/vocabulary/updates.ts'

export interface ReactionFields {
  message_id: string
  from_number: string
  emoji: string
  created_at: Date
}

export type ReactionUpdate = ObjectUpdate<'reaction', ReactionFields>
