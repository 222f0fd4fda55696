import { sql, type Transaction } from 'kysely'
import { fromKysely, type PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'
import { safeError } from '../safe-error.ts'
import type { Database } from '../tables/database.ts'

/** What a subscriber's job carries. The rows it names are committed when the job can be fetched. */
export interface PublishedEvent {
  /** `webhook_event.id`; the same when the event is replayed. */
  readonly eventId: string
  readonly type: string
  /** The rows the event spoke of: their table and id. */
  readonly objects: readonly { readonly table: string; readonly id: string }[]
}

/** An event, and the queues that want it. */
export interface Publication {
  readonly event: PublishedEvent
  readonly queues: readonly string[]
}

/** Tells subscribers about events, in the transaction of their effects. */
export type Publish = (trx: Transaction<Database>, publications: readonly Publication[]) => Promise<void>

const TOPIC_PREFIX = 'openphone.'

/** The pg-boss topic of an event type: what a service's queue subscribes to. */
export function topicOf(type: string): string {
  return `${TOPIC_PREFIX}${type}`
}

/** The queues subscribed to an event type, a row for each type that has any. A queue that was deleted is not. */
export const subscriptions = sql<{ type: string; queues: string[] }>`(
  select substr(event, ${sql.lit(TOPIC_PREFIX.length + 1)}) as type, array_agg(name) as queues
  from pgboss.subscription join pgboss.queue using (name)
  where starts_with(event, ${sql.lit(TOPIC_PREFIX)})
  group by event
)`

/**
 * Publishes to pg-boss topics: every queue subscribed to an event's topic gets a job. `boss.publish` would
 * ask for subscribers once per event and insert one job at a time; this inserts once per queue.
 */
export function publishThrough(boss: PgBoss, log: Log): Publish {
  return async (trx, publications) => {
    const queues = new Set(publications.flatMap((publication) => publication.queues))
    for (const queue of queues) {
      const wanted = publications.filter((publication) => publication.queues.includes(queue))
      const jobs = wanted.map(({ event }) => ({ data: event }))
      // A queue that does not take jobs of this kind is its owner's to mend: it must not fail our events.
      await sql`savepoint publish`.execute(trx)
      try {
        await boss.insert(queue, jobs, { db: fromKysely(trx) })
        await sql`release savepoint publish`.execute(trx)
      } catch (error) {
        if (isTroubleOfTheDatabase(error)) throw error
        await sql`rollback to savepoint publish`.execute(trx)
        log.error({ event: 'publish_failed', queue, jobs: jobs.length, error: safeError(error) })
      }
    }
  }
}

/**
 * Whether the database itself is at fault, by the error's SQLSTATE. A queue refuses jobs by its constraints, a
 * trigger of its owner's, or pg-boss's own checks, whose errors have none; nor has the loss of the connection,
 * but then the savepoint is lost as well.
 */
function isTroubleOfTheDatabase(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^(?!22|23|42|44|P0)[0-9A-Z]{5}$/.test(code)
}
