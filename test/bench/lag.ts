import type { Database } from './postgres.ts'

/** From accepted to processed, both by the database's clock. */
export interface Lag {
  readonly p50: number
  readonly p99: number
  readonly most: number
  /** Of all events, those of the warm-up too. */
  readonly processed: number
  /** From when the first was accepted until the last was processed. */
  readonly seconds: number
  /** Attempts beyond one for each event. */
  readonly repeated: number
}

/** What the rows tell; percentiles in milliseconds, without the events of the warm-up. */
export async function readLag({ pool }: Database, warmupSeconds: number): Promise<Lag> {
  const { rows } = await pool.query<Lag>(
    `with lag as (
      select
        1000 * extract(epoch from processed_at - received_at)::float8 as ms, status, attempts,
        received_at, processed_at,
        received_at < min(received_at) over () + $1::float8 * interval '1s' as warming
      from openphone.webhook_event
    )
    select
      percentile_disc(0.5) within group (order by ms) filter (where not warming) as p50,
      percentile_disc(0.99) within group (order by ms) filter (where not warming) as p99,
      max(ms) filter (where not warming) as most,
      count(*) filter (where status = 'processed')::int as processed,
      extract(epoch from max(processed_at) - min(received_at))::float8 as seconds,
      coalesce(sum(attempts) filter (where attempts > 1) - count(*) filter (where attempts > 1), 0)::int as repeated
    from lag`,
    [warmupSeconds],
  )
  if (rows[0] === undefined) throw new Error('An aggregate without a row')
  return rows[0]
}
