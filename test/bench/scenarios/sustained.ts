import { type Application, application, startApplication } from '../application.ts'
import { type Bench, withDatabase } from '../bench.ts'
import { readLag } from '../lag.ts'
import type { Measurement } from '../measurement.ts'
import { meteredLoad } from '../metered-load.ts'
import { untilSettled } from '../settled.ts'
import { notOk } from './ingest-run.ts'
import type { Scenario } from './scenario.ts'

const TABLE = 'f. Ingest and drain together'
const CONNECTIONS = 64
const SETTLE_LIMIT_SECONDS = 120

/**
 * A steady load on both roles. What is processed is counted from the first event accepted to the last one processed,
 * so the load is a little higher than what is to be reached: the start and the end count too.
 */
export const sustained: Scenario = {
  letter: 'f',
  name: 'sustained',
  about: 'ingest and drain together at 5,000 events per second for a minute',
  run: async (bench) => [
    ...(await run(bench, 'a process for each role', ['ingest', 'worker'])),
    ...(await run(bench, 'both roles in one process', ['all'])),
  ],
}

type Role = 'all' | 'ingest' | 'worker'

function run(bench: Bench, label: string, roles: readonly [Role, ...Role[]]): Promise<Measurement[]> {
  const { sustainedRate: perSecond, sustainedSeconds: seconds, warmupSeconds } = bench.sizes
  bench.progress(`f  ${perSecond} events per second for ${seconds} s, ${label}`)
  return withDatabase(bench, async (database) => {
    const start = (role: Role) => startApplication(bench, application, { databaseUrl: database.url, role })
    const [first, ...others] = roles
    const all: [Application, ...Application[]] = [await start(first)]
    for (const role of others) all.push(await start(role))
    const requests = perSecond * (warmupSeconds + seconds)
    const plan = {
      ...{ connections: CONNECTIONS, warmupSeconds, seconds, perSecond, requests },
      ...{ bodies: requests, kind: 'message' as const },
    }
    const { result, costs } = await meteredLoad(bench, database, all, plan)
    await untilSettled(bench, database, SETTLE_LIMIT_SECONDS)
    for (const one of all) await one.stop()
    const lag = await readLag(database, warmupSeconds)
    const processedPerSecond = lag.processed / lag.seconds
    bench.progress(`   ${Math.round(processedPerSecond)}/s, lag p99 ${lag.p99.toFixed(0)} ms`)
    const figures = {
      'processed per second': processedPerSecond,
      'lag p50 ms': lag.p50,
      'lag p99 ms': lag.p99,
      'answer p50 ms': result.p50Milliseconds,
      'answer p99 ms': result.p99Milliseconds,
      'not 200': notOk(result),
      'not processed': requests - lag.processed,
    }
    return [{ table: TABLE, label, figures }, ...(await costs(TABLE, label))]
  })
}
