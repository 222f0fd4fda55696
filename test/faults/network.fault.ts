import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startLab } from './lab/lab.ts'
import { startProxy } from './lab/proxy.ts'
import { startServer } from './lab/server.ts'

const LIMIT_MS = 150_000
const ANSWER_LIMIT_MS = 3_000
const RECOVERY_LIMIT_MS = 5_000
const OUTAGE_MS = 6_000
/** Each way, as if the database were on another continent. */
const DELAY_MS = 25

t.setTimeout(LIMIT_MS)
t.test('nothing is lost when the network to the database fails', { timeout: LIMIT_MS }, async (t) => {
  const server = await startServer(t)
  const proxy = await startProxy(t, server.port)
  const appUrl = server.urlOn(`127.0.0.1:${proxy.port}`)
  const lab = await startLab(t, { directUrl: server.url, appUrl })
  const { ingest, worker, provider } = lab
  const services = [ingest, worker]
  provider.start()
  await lab.untilAccepting(RECOVERY_LIMIT_MS)

  /** Waits until deliveries are accepted and processed again. */
  const goesOn = async (t: Test) => {
    const [accepting, processing] = await Promise.all([
      lab.untilAccepting(RECOVERY_LIMIT_MS),
      lab.untilProcessing(RECOVERY_LIMIT_MS),
    ])
    await Promise.all(services.map((service) => service.untilReadyzIs(200, RECOVERY_LIMIT_MS)))
    t.comment(`accepting after ${Math.round(accepting)} ms, processing after ${Math.round(processing)} ms`)
    t.ok(
      ingest.slowestMs < ANSWER_LIMIT_MS,
      `the slowest answer came after ${Math.round(ingest.slowestMs)} ms`,
    )
    ingest.slowestMs = 0
  }

  await t.test('packets stop on their way and go on later', async (t) => {
    proxy.stall()
    await Promise.all(services.map((service) => service.untilReadyzIs(503, ANSWER_LIMIT_MS)))
    await sleep(OUTAGE_MS)
    proxy.resume()
    await goesOn(t)
  })

  await t.test('every connection is reset, time and again', async (t) => {
    for (let count = 0; count < 10; count += 1) {
      proxy.reset()
      await sleep(Math.random() * 300)
    }
    await goesOn(t)
  })

  await t.test('connections are refused for a while', async (t) => {
    proxy.close()
    await Promise.all(services.map((service) => service.untilReadyzIs(503, ANSWER_LIMIT_MS)))
    await sleep(OUTAGE_MS)
    proxy.open()
    await goesOn(t)
  })

  await t.test('every packet is late', async (t) => {
    proxy.delay(DELAY_MS)
    t.teardown(() => proxy.delay(0))
    await sleep(OUTAGE_MS)
    await goesOn(t)
  })

  await t.test('connections vanish without a word, and new ones work', async (t) => {
    proxy.forget()
    await goesOn(t)
  })

  const { wrong } = await lab.reckon()
  t.same(wrong, [])
  t.same([...ingest.endings, ...worker.endings], [], 'no process was started again')
  const answers = JSON.stringify(Object.fromEntries(provider.answers))
  t.comment(`${provider.receipts.length} deliveries; answers ${answers}`)
})
