import { type Kysely, sql } from 'kysely'
import type { Database } from '../tables/database.ts'

/** What happened in one minute; sql/migrations/0004_ops_views.sql says what each count means. */
export interface ThroughputMinute {
  readonly minute: Date
  readonly received: number
  readonly processed: number
  readonly failed: number
  /** Null when nothing was processed in that minute. */
  readonly lagP50Seconds: number | null
  readonly lagP99Seconds: number | null
}

/** The last minutes, up to a day of them, the newest (which is not over yet) first. */
export async function readThroughput(db: Kysely<Database>, minutes: number): Promise<ThroughputMinute[]> {
  const { rows } = await sql<ThroughputMinute>`
    select minute, received::int, processed::int, failed::int,
      lag_p50_seconds as "lagP50Seconds", lag_p99_seconds as "lagP99Seconds"
    from openphone.ops_throughput
    where minute > now() - ${minutes}::int * interval '1 minute'
    order by minute desc
  `.execute(db)
  return rows
}
