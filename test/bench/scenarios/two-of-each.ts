import { type Application, application, startApplication } from '../application.ts'
import { type Bench, withDatabase } from '../bench.ts'
import { readLag } from '../lag.ts'
import { load } from '../load/start.ts'
import type { Measurement } from '../measurement.ts'
import { checkpoint } from '../postgres.ts'
import { untilSettled } from '../settled.ts'
import { notOk } from './ingest-run.ts'
import type { Scenario } from './scenario.ts'

const CONNECTIONS = 64
const REQUESTS_PER_SECOND_MAX = 20_000
const EVENTS_PER_SECOND_MIN = 100

/** As fast as it goes, with one process and with two for each role: do they get in each other's way? */
export const twoOfEach: Scenario = {
  letter: 'k',
  name: 'two-of-each',
  about: 'two ingest and two worker processes on one database, beside one of each',
  run: async (bench) => [...(await run(bench, 1)), ...(await run(bench, 2))],
}

function run(bench: Bench, processes: number): Promise<Measurement[]> {
  const label = processes === 1 ? 'one ingest, one worker' : `${processes} ingest, ${processes} workers`
  bench.progress(`k  ${label}`)
  return withDatabase(bench, async (database) => {
    const start = (role: 'ingest' | 'worker') =>
      startApplication(bench, application, { databaseUrl: database.url, role })
    const servers: Application[] = []
    const workers: Application[] = []
    for (let index = 0; index < processes; index += 1) {
      servers.push(await start('ingest'))
      workers.push(await start('worker'))
    }
    const { warmupSeconds, ingestSeconds: seconds } = bench.sizes
    const requests = Math.ceil((REQUESTS_PER_SECOND_MAX * (warmupSeconds + seconds)) / processes)
    const together = meetingOf(processes)
    const results = await Promise.all(
      servers.map(({ url }, index) => {
        const plan = {
          ...{ connections: CONNECTIONS / processes, warmupSeconds, seconds, requests },
          ...{ bodies: requests, firstBody: index * requests, kind: 'message' as const },
        }
        return load(bench, url, plan, {
          beforeGo: async () => {
            await checkpoint(database)
            await together()
          },
        })
      }),
    )
    const answered = results.reduce((sum, { statuses }) => sum + (statuses[200] ?? 0), 0)
    const answersPerSecond = results.reduce((sum, { perSecond }) => sum + perSecond, 0)
    await untilSettled(bench, database, 30 + answered / EVENTS_PER_SECOND_MIN)
    for (const one of [...servers, ...workers]) await one.stop()
    const lag = await readLag(database, warmupSeconds)
    bench.progress(
      `   ${Math.round(answersPerSecond)}/s, processed ${Math.round(lag.processed / lag.seconds)}/s`,
    )
    const figures = {
      'answers per second': answersPerSecond,
      'processed per second': lag.processed / lag.seconds,
      'not 200': results.reduce((sum, result) => sum + notOk(result), 0),
      'not processed': answered - lag.processed,
      'processed again': lag.repeated,
    }
    return [{ table: 'k. Processes on one database', label, figures }]
  })
}

/** A function that resolves once it has been called so many times. */
function meetingOf(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let missing = count
  return () => {
    missing -= 1
    if (missing === 0) resolve()
    return promise
  }
}
