import { type Kysely, sql } from 'kysely'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../queue/names.ts'
import type { Database } from '../tables/database.ts'

interface Look {
  /** At all dead letters, not only at those that arrived lately. */
  readonly everything: boolean
}

/** The dead letters to look at, named `dead`, with the events they are about. */
const letters = ({ everything }: Look) => sql`
  dead.name = ${DEAD_QUEUE}
    and dead.source_name = ${EVENTS_QUEUE}
    and (${everything} or dead.created_on > now() - interval '10 minutes')
    and event.id = (dead.data ->> 'eventId')::uuid`

/**
 * Marks events as failed whose jobs pg-boss dead-lettered without a worker saying so: those whose worker
 * was killed, or ran out of time, on the last attempt. A replay removes an event's dead letters, so one
 * that is there means that the event is not going to be tried again.
 */
export async function failDeadLettered(
  db: Kysely<Database>,
  look: Look,
): Promise<{ id: string; type: string; error: string | null }[]> {
  const { rows } = await sql<{ id: string; type: string; error: string | null }>`
    update openphone.webhook_event as event
    set
      status = 'failed',
      failed_at = clock_timestamp(),
      attempts = greatest(event.attempts, dead.source_retry_count + 1),
      last_error = coalesce(
        dead.source_output ->> 'message', dead.source_output -> 'value' ->> 'message', event.last_error
      )
    from pgboss.job as dead
    where ${letters(look)}
      and event.status = 'received'
    returning event.id, event.type, event.last_error as error
  `.execute(db)
  return rows
}

/**
 * Removes dead letters of events that are done: the last attempt had its effects, and what was lost, with its worker
 * or in a crash of the database, is only that its job was settled.
 * @returns how many there were.
 */
export async function removeNeedlessDeadLetters(db: Kysely<Database>, look: Look): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from pgboss.job as dead
    using openphone.webhook_event as event
    where ${letters(look)}
      and dead.state in ('created', 'retry')
      and event.status in ('processed', 'ignored')
  `.execute(db)
  return Number(numAffectedRows)
}
