import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startLab } from './lab/lab.ts'
import { runOn, startPair } from './lab/pair.ts'

const LIMIT_MS = 120_000
const RECOVERY_LIMIT_MS = 5_000

t.setTimeout(LIMIT_MS)
t.test(
  'nothing is lost when the primary is killed and its standby promoted',
  { timeout: LIMIT_MS },
  async (t) => {
    const { primary, standby } = await startPair(t)
    const hosts = `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`
    const lab = await startLab(t, { directUrl: primary.urlOn(hosts) })
    const { ingest, worker, provider } = lab
    provider.start()
    await sleep(3_000)

    await t.test('while no host takes writes, the answers say so quickly', async (t) => {
      await primary.kill()
      await lab.pool.query('select 1').catch(() => {})
      ingest.slowestMs = 0
      for (const service of [ingest, worker]) {
        await service.untilReadyzIs(503, 3_000)
        t.match((await service.readiness()).text, /the database does not answer/)
      }
      await sleep(2_000)
      t.ok(ingest.slowestMs < 3_000, `the slowest after ${Math.round(ingest.slowestMs)} ms`)
      t.ok((provider.answers.get(500) ?? 0) > 0)
    })

    await t.test('when the standby is promoted, the same processes go on with it', async (t) => {
      // Nobody stands by for the new primary.
      await runOn(standby.url, 'select pg_promote(true)')
      const ms = await lab.untilAccepting(RECOVERY_LIMIT_MS)
      const ready = await Promise.all(
        [ingest, worker].map((service) => service.untilReadyzIs(200, RECOVERY_LIMIT_MS)),
      )
      t.comment(`accepting ${Math.round(ms)} ms after the promotion, ready after ${ready.map(Math.round)} ms`)
      t.same([...ingest.endings, ...worker.endings], [], 'nothing was started again')
    })

    await sleep(2_000)
    const { wrong, settledMs } = await lab.reckon()
    t.same(wrong, [])
    const answers = JSON.stringify(Object.fromEntries(provider.answers))
    t.comment(
      `${provider.receipts.length} deliveries; answers ${answers}; at rest after ${Math.round(settledMs / 1000)} s`,
    )
  },
)
