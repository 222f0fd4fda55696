import { type Kysely, sql } from 'kysely'
import { EVENTS_QUEUE } from '../queue/names.ts'
import type { Database } from '../tables/database.ts'

/** Refresh after this many jobs, then each time ten times as many have passed; autovacuum sees to the rest. */
const FIRST_REFRESH_JOBS = 300
const LAST_REFRESH_JOBS = 300_000

/**
 * Keeps the planner's picture of a new queue true. Until the job table is analysed Postgres believes it
 * to be empty and fetches by a plan that gets slower with every job; autovacuum looks only once a minute.
 */
export class QueueStatistics {
  readonly #db: Kysely<Database>
  #jobs = 0
  #refreshAt = FIRST_REFRESH_JOBS

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** Counts jobs that were fetched, and refreshes the statistics when it is time. */
  async count(jobs: number): Promise<void> {
    this.#jobs += jobs
    if (this.#jobs < this.#refreshAt || this.#refreshAt > LAST_REFRESH_JOBS) return
    this.#refreshAt *= 10
    const { rows } = await sql<{ table_name: string }>`
      select table_name from pgboss.queue where name = ${EVENTS_QUEUE}
    `.execute(this.#db)
    for (const { table_name } of rows) {
      await this.#db.transaction().execute(async (trx) => {
        // A sample of 3,000 rows instead of 30,000 tells as much of a queue, in a fraction of the time.
        await sql`set local default_statistics_target = 10`.execute(trx)
        await sql`analyze ${sql.table(`pgboss.${table_name}`)}`.execute(trx)
      })
    }
  }
}
