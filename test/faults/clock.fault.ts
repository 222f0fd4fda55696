import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startLab } from './lab/lab.ts'
import { startServer } from './lab/server.ts'

const LIMIT_MS = 120_000
const RECOVERY_LIMIT_MS = 5_000
const DAY_SECONDS = 86_400
/** Small ones within what signatures may be off by, large ones beyond it, both ways; 0 is the true time. */
const JUMPS = [200, -200, DAY_SECONDS, 0, -DAY_SECONDS, 0]

t.setTimeout(LIMIT_MS)
t.test('nothing is lost when the clocks of the processes jump', { timeout: LIMIT_MS }, async (t) => {
  const server = await startServer(t)
  const clock = fileURLToPath(new URL('./lab/jumping-clock.ts', import.meta.url))
  const lab = await startLab(t, {
    directUrl: server.url,
    env: { NODE_OPTIONS: `--import ${clock}`, CLOCK_JUMPS: JUMPS.join(',') },
    traffic: { alsoAgainAfter: [400] },
  })
  const { ingest, worker, provider } = lab
  provider.start()
  await lab.untilProcessing(RECOVERY_LIMIT_MS)

  for (const seconds of JUMPS) {
    await t.test(`to ${seconds} s from the true time`, async (t) => {
      for (const service of [ingest, worker]) service.signal('SIGUSR2')
      await sleep(1_000)
      provider.answers.clear()
      await sleep(1_500)
      const refused = provider.answers.get(400) ?? 0
      const accepted = provider.answers.get(200) ?? 0
      if (Math.abs(seconds) > 300) {
        t.ok(
          refused > 0 && accepted === 0,
          'signatures are out of the window: refused, so that they come again',
        )
      } else {
        t.equal(refused, 0)
        await Promise.all([lab.untilAccepting(RECOVERY_LIMIT_MS), lab.untilProcessing(RECOVERY_LIMIT_MS)])
      }
      t.equal((await worker.readiness()).status, 200)
    })
  }

  const { wrong, settledMs } = await lab.reckon()
  t.same(wrong, [])
  t.same([...ingest.endings, ...worker.endings], [], 'no process was started again')
  t.comment(`${provider.receipts.length} deliveries; at rest after ${Math.round(settledMs)} ms`)
})
