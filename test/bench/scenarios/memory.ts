import { application, startApplication } from '../application.ts'
import { withDatabase } from '../bench.ts'
import { load } from '../load/start.ts'
import type { Measurement } from '../measurement.ts'
import { residentBytes } from '../proc.ts'
import { untilSettled } from '../settled.ts'
import type { Scenario } from './scenario.ts'

const TABLE = 'n. Memory of one process with all roles, at full load'
const CONNECTIONS = 64
/** Loads one after another, each signed when its turn comes: a signature is good for five minutes. */
const LOADS = 10
const LIMIT_SECONDS = 280
const SETTLE_LIMIT_SECONDS = 300

/** As many events as it takes, as fast as they go in; the worker is behind and catches up. */
export const memory: Scenario = {
  letter: 'n',
  name: 'memory',
  about: 'memory of one process after 1,000,000 events',
  isLong: true,
  run: (bench) =>
    withDatabase(bench, async (database) => {
      const app = await startApplication(bench, application, { databaseUrl: database.url, role: 'all' })
      const requests = bench.sizes.memoryEvents / LOADS
      const rows: Measurement[] = []
      const measure = (label: string) => {
        const { now, most } = residentBytes(app.pid)
        bench.progress(`n  ${label}: ${Math.round(now / 1e6)} MB`)
        rows.push({
          table: TABLE,
          label,
          figures: { 'RSS MB': now / 1e6, 'most until then, MB': most / 1e6 },
        })
      }
      measure('started')
      for (let number = 0; number < LOADS; number += 1) {
        const plan = {
          ...{ connections: CONNECTIONS, warmupSeconds: 0, seconds: LIMIT_SECONDS, requests },
          ...{ bodies: requests, firstBody: number * requests, kind: 'message' as const },
        }
        await load(bench, app.url, plan)
        measure(`after ${((number + 1) * requests).toLocaleString('en-US')} answers`)
      }
      await untilSettled(bench, database, SETTLE_LIMIT_SECONDS)
      measure('all of them processed')
      await app.stop()
      return rows
    }),
}
