import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'

/**
 * Session settings for connections that keep plans. By itself Postgres would go on planning statements that take
 * arrays: it guesses an array to be longer than that of a lone event. And a plan is kept until the table's
 * statistics change; one made while the table was empty would read the whole of it long after. What is looked up
 * by key never needs that.
 */
export const keptPlanSettings = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' }

/**
 * Most statements whose plans are kept. Each costs memory on every connection for as long as that lives, so texts
 * without end, such as lists of varying length, must not all be kept.
 */
const STATEMENTS_MAX = 100

/**
 * A pool for Kysely whose connections keep the plan of each statement with parameters, under a name: to parse and
 * plan the statements of one event takes Postgres several times as long as to run them.
 * @param pool with `keptPlanSettings`; stays the caller's.
 */
export function keepPlans(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    if (!names.has(text) && names.size < STATEMENTS_MAX) names.set(text, `openphone_${names.size + 1}`)
    return names.get(text)
  }
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => new PlanKeepingClient(await pool.connect(), nameOf),
  }
}

class PlanKeepingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient
  readonly #nameOf: (text: string) => string | undefined

  constructor(client: pg.PoolClient, nameOf: (text: string) => string | undefined) {
    this.#client = client
    this.#nameOf = nameOf
  }

  query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(
    query: string | PostgresCursor<R>,
    values: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof query !== 'string') throw new TypeError('Cursors are not used here')
    const name = values.length > 0 ? this.#nameOf(query) : undefined
    const config = { ...(name !== undefined && { name }), text: query, values: [...values] }
    return this.#client.query(config) as Promise<unknown> as Promise<PostgresQueryResult<R>>
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy)
  }
}
