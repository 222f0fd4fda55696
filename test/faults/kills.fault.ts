import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startLab } from './lab/lab.ts'
import { startServer } from './lab/server.ts'

const KILLS = 22
const CRASHES = 3
const LIMIT_MS = 200_000
/** The time between two faults, at random up to the second figure. */
const PAUSE_MS = [500, 2_500] as const

t.setTimeout(LIMIT_MS)
t.test(
  'nothing is lost or doubled by kill -9 of every process and crashes of the database',
  { timeout: LIMIT_MS },
  async (t) => {
    const server = await startServer(t)
    const lab = await startLab(t, { directUrl: server.url })
    const { ingest, worker, provider } = lab
    provider.start()

    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(PAUSE_MS[0] + Math.random() * (PAUSE_MS[1] - PAUSE_MS[0]))
      const victim = kill % 2 === 0 ? worker : ingest
      victim.kill()
      if (kill % 7 === 6) {
        await sleep(Math.random() * 1_000)
        await server.crashAndRestart()
      }
    }
    const { wrong, settledMs } = await lab.reckon()
    const { receipts, answers } = provider
    t.same(wrong, [])
    t.ok(worker.kills + ingest.kills >= 20, `${worker.kills + ingest.kills} kills`)
    t.equal(server.crashes, CRASHES)
    t.comment(
      `${receipts.length} deliveries, ${worker.kills} kills of a worker and ${ingest.kills} of ingest, ` +
        `${server.crashes} crashes of the database; answers ${JSON.stringify(Object.fromEntries(answers))}; ` +
        `at rest ${Math.round(settledMs / 1000)} s after the last`,
    )
  },
)
