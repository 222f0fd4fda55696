import { setInterval as every, setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { flood } from '../lab/flood.ts'
import { startLab } from '../lab/lab.ts'
import { Provider } from '../lab/provider.ts'
import { startServer } from '../lab/server.ts'

/** The figure in README was measured with 120. */
const OUTAGE_SECONDS = Number(process.env.FAULTS_OUTAGE_SECONDS || 15)
const OFFERED_PER_SECOND = 1_000
const WARM_UP_MS = 8_000
const ANSWER_LIMIT_MS = 3_000
const RECOVERY_LIMIT_MS = 5_000
const GROWTH_LIMIT_MIB = 100
const LIMIT_MS = (OUTAGE_SECONDS + 90) * 1000

t.setTimeout(LIMIT_MS)
t.test('the database is away for a while under full load', { timeout: LIMIT_MS }, async (t) => {
  const server = await startServer(t)
  const lab = await startLab(t, {
    directUrl: server.url,
    traffic: { perSecond: OFFERED_PER_SECOND, lanes: 200 },
  })
  const { ingest, worker, provider } = lab
  const services = [ingest, worker]
  const crowd = new Provider({ url: ingest.url, perSecond: 0, lanes: 500 })
  provider.start()
  // Under the same load as before the outage, so that what grows is what the outage makes grow.
  await sleep(WARM_UP_MS)
  provider.perSecond = 50
  const before = services.map((service) => service.residentMiB())
  const most = [...before]

  await t.test('every answer is a quick 500 or 503, and memory stays', async (t) => {
    await server.stop('SIGQUIT')
    for (const service of services) {
      await service.untilReadyzIs(503, ANSWER_LIMIT_MS)
      t.match((await service.readiness()).text, /database/, `${service.role} says which part it is`)
    }
    const measuring = new AbortController()
    const measured = measure(measuring.signal)
    const sent = await flood(crowd, OFFERED_PER_SECOND, OUTAGE_SECONDS)
    measuring.abort()
    await measured

    const counts = Object.fromEntries(crowd.answers)
    t.same(
      Object.keys(counts).filter((status) => status !== '500' && status !== '503'),
      [],
    )
    t.ok(ingest.slowestMs < ANSWER_LIMIT_MS, `the slowest took ${Math.round(ingest.slowestMs)} ms`)
    const growth = most.map((mib, index) => Math.round(mib - (before[index] ?? 0)))
    for (const [index, mib] of growth.entries()) {
      t.ok(
        mib < GROWTH_LIMIT_MIB,
        `${services[index]?.role} grew by ${mib} MiB from ${Math.round(before[index] ?? 0)}`,
      )
    }
    t.comment(`${sent} deliveries in ${OUTAGE_SECONDS} s; answers ${JSON.stringify(counts)}`)
  })

  async function measure(signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of every(250, undefined, { signal })) {
        for (const [index, service] of services.entries()) {
          most[index] = Math.max(most[index] ?? 0, service.residentMiB())
        }
      }
    } catch {
      // Aborted.
    }
  }

  await t.test('when it is back, the same processes go on', async (t) => {
    await server.start()
    const [accepting, processing, ...ready] = await Promise.all([
      lab.untilAccepting(RECOVERY_LIMIT_MS),
      lab.untilProcessing(RECOVERY_LIMIT_MS),
      ...services.map((service) => service.untilReadyzIs(200, RECOVERY_LIMIT_MS)),
    ])
    t.same([...ingest.endings, ...worker.endings], [], 'nothing was started again')
    t.comment(
      `accepting after ${Math.round(accepting)} ms, processing after ${Math.round(processing)} ms, ready after ${ready.map(Math.round)} ms`,
    )
  })

  t.same((await lab.reckon()).wrong, [])
})
