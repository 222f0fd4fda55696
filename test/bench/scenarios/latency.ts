import { application, startApplication } from '../application.ts'
import { type Bench, withDatabase } from '../bench.ts'
import { readLag } from '../lag.ts'
import type { Measurement } from '../measurement.ts'
import { meteredLoad } from '../metered-load.ts'
import { untilSettled } from '../settled.ts'
import { notOk } from './ingest-run.ts'
import type { Scenario } from './scenario.ts'

/** Enough for every request to find one free. */
const CONNECTIONS = 32
const SETTLE_LIMIT_SECONDS = 30

const TABLE = 'c. Latency from accepted to processed, both roles in one process'

/** Steady rates on both roles in one process: from accepted to processed, as the rows tell it. */
export const latency: Scenario = {
  letter: 'c',
  name: 'latency',
  about: 'from accepted to processed, at 50, 200, 500 and 2,000 events per second',
  run: async (bench) => {
    const measurements: Measurement[] = []
    for (const rate of bench.sizes.latencyRates) measurements.push(...(await measure(bench, rate)))
    return measurements
  },
}

function measure(bench: Bench, perSecond: number): Promise<Measurement[]> {
  const label = `${perSecond} events per second`
  bench.progress(`c  ${label}`)
  return withDatabase(bench, async (database) => {
    const app = await startApplication(bench, application, { databaseUrl: database.url, role: 'all' })
    const { warmupSeconds, latencySeconds: seconds } = bench.sizes
    const requests = Math.round(perSecond * (warmupSeconds + seconds))
    const plan = {
      ...{ connections: CONNECTIONS, warmupSeconds, seconds, perSecond, requests },
      ...{ bodies: requests, kind: 'message' as const },
    }
    const { result, costs } = await meteredLoad(bench, database, [app], plan)
    await untilSettled(bench, database, SETTLE_LIMIT_SECONDS)
    await app.stop()
    const lag = await readLag(database, warmupSeconds)
    bench.progress(`   p50 ${lag.p50.toFixed(1)} ms, p99 ${lag.p99.toFixed(1)} ms`)
    const figures = {
      'p50 ms': lag.p50,
      'p99 ms': lag.p99,
      'most ms': lag.most,
      'answer p50 ms': result.p50Milliseconds,
      'answer p99 ms': result.p99Milliseconds,
      'not 200': notOk(result),
      'not processed': requests - lag.processed,
    }
    return [{ table: TABLE, label, figures }, ...(await costs(TABLE, label))]
  })
}
