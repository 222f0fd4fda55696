import { type Kysely, sql } from 'kysely'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../queue/names.ts'
import type { Database } from '../tables/database.ts'

/** Jobs of one queue that are not finished, in one state. */
export interface BacklogLine {
  readonly queue: string
  /** `created` waits for a worker, `retry` for its next attempt, `active` is being worked on. */
  readonly state: 'created' | 'retry' | 'active'
  readonly jobs: number
  /** Since the oldest of them was made; null where there is none. */
  readonly oldestAgeSeconds: number | null
}

/** What is not finished, from `openphone.ops_backlog`; every queue has a line for `created`, ours come first. */
export async function readBacklog(db: Kysely<Database>): Promise<BacklogLine[]> {
  const { rows } = await sql<BacklogLine>`
    select queue, state, jobs::int, extract(epoch from oldest_age)::float8 as "oldestAgeSeconds"
    from openphone.ops_backlog
    order by queue <> ${EVENTS_QUEUE}, queue <> ${DEAD_QUEUE}, queue,
      array_position(array['created', 'retry', 'active'], state)
  `.execute(db)
  return rows
}
