import type { Application } from './application.ts'
import type { Bench } from './bench.ts'
import type { LoadPlan, LoadResult } from './load/plan.ts'
import { load } from './load/start.ts'
import type { Measurement } from './measurement.ts'
import { Meter, type Spent } from './meter.ts'
import { checkpoint, type Database } from './postgres.ts'

export interface MeteredLoad {
  readonly result: LoadResult
  /** What one answer cost. Ask before the database is gone. */
  costs(table: string, label: string): Promise<Measurement[]>
}

/**
 * Puts a load on the first of the applications, and meters all of them while it is measured.
 */
export async function meteredLoad(
  bench: Bench,
  database: Database,
  [server, ...others]: readonly [Application, ...Application[]],
  plan: Omit<LoadPlan, 'url' | 'secret'>,
): Promise<MeteredLoad> {
  let meter: Meter | undefined
  const result = await load(bench, server.url, plan, {
    beforeGo: () => checkpoint(database),
    whenMeasuring: async () => {
      meter = await Meter.start(bench, database, [server, ...others])
    },
  })
  const spent: Spent | undefined = await meter?.stop()
  return {
    result,
    // Without a meter the requests were used up in the warm-up, and there is nothing to tell.
    costs: async (table, label) =>
      meter === undefined || spent === undefined ? [] : meter.rows(table, label, spent, result.answered),
  }
}
