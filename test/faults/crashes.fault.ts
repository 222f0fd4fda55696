import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startLab } from './lab/lab.ts'
import { startServer } from './lab/server.ts'

const KILLS = 22
/** After every so-many-th kill the database crashes. */
const KILLS_A_CRASH = 7
const CRASHES = Math.floor(KILLS / KILLS_A_CRASH)
const LIMIT_MS = 180_000
const READY_LIMIT_MS = 30_000
/** The longest of the random times before a kill, and before a crash that follows one. */
const PAUSE_MS = 1_500

t.setTimeout(LIMIT_MS)
t.test(
  'nothing is lost or doubled by kill -9 of every process and crashes of the database',
  { timeout: LIMIT_MS },
  async (t) => {
    const server = await startServer(t)
    const lab = await startLab(t, { directUrl: server.url, traffic: { perSecond: 40, withRefusals: true } })
    const { ingest, worker, provider } = lab
    provider.start()

    for (let kill = 1; kill <= KILLS; kill += 1) {
      const victim = kill % 2 === 0 ? worker : ingest
      // From its next start on it processes itself what it stored.
      if (kill === KILLS / 2) ingest.role = 'all'
      // The others may be killed as they start.
      if (kill % 3 !== 0) await victim.untilReadyzIs(200, READY_LIMIT_MS)
      await sleep(Math.random() * PAUSE_MS)
      victim.kill()
      if (kill % KILLS_A_CRASH === 0) {
        await sleep(Math.random() * PAUSE_MS)
        await server.crashAndRestart(server.crashes === 1 ? 'SIGKILL' : 'SIGQUIT')
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
