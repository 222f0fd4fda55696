import type { Columns } from '../../../../../src/tables/merge/fold.ts'
import { latest, settled } from '../../../../../src/tables/merge/rule.ts'
import { upsertInto } from '../../../../../src/tables/merge/upsert.ts'
import type { ProjectionTable } from '../../../../../src/tables/projection.ts'
import type { ReactionFields, ReactionUpdate } from '../vocabulary/reaction.ts'

export type ReactionTable = ProjectionTable<ReactionFields>

export const reactionColumns: Columns<ReactionFields> = {
  message_id: settled(),
  from_number: settled(),
  emoji: latest(),
  created_at: settled('timestamptz'),
}

/** Writes reactions. Whoever changes the emoji reacts anew, with the same id. */
export const upsertReactions = upsertInto<ReactionUpdate>('reaction', reactionColumns)
