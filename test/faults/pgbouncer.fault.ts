import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { noBouncer, startBouncer } from './lab/bouncer.ts'
import { startLab } from './lab/lab.ts'
import { startServer } from './lab/server.ts'

const LIMIT_MS = 90_000
const RECOVERY_LIMIT_MS = 5_000

t.setTimeout(LIMIT_MS)
t.test(
  'everything works behind PgBouncer in transaction mode, without LISTEN and named statements',
  { timeout: LIMIT_MS, skip: noBouncer() },
  async (t) => {
    const server = await startServer(t)
    const port = await startBouncer(t, server)
    const lab = await startLab(t, {
      directUrl: server.url,
      appUrl: server.urlOn(`127.0.0.1:${port}`),
      env: { LISTEN_NOTIFY: 'false', PREPARED_STATEMENTS: 'false' },
    })
    const { ingest, worker, provider } = lab
    provider.start()
    await sleep(5_000)
    await Promise.all([lab.untilAccepting(RECOVERY_LIMIT_MS), lab.untilProcessing(RECOVERY_LIMIT_MS)])
    t.same([...provider.answers.keys()], [200], 'every delivery was accepted at once')
    const { rows } = await lab.pool.query<{ sessions: number; listening: number }>(
      `select count(*)::int as sessions, count(*) filter (where query ilike 'listen%')::int as listening
      from pg_stat_activity where application_name like 'openphone-%'`,
    )
    t.match(rows, [{ listening: 0 }])

    await t.test('and it comes through a crash of the database', async () => {
      await server.crashAndRestart()
      await Promise.all([
        lab.untilAccepting(RECOVERY_LIMIT_MS),
        lab.untilProcessing(RECOVERY_LIMIT_MS),
        ...[ingest, worker].map((service) => service.untilReadyzIs(200, RECOVERY_LIMIT_MS)),
      ])
    })

    t.same((await lab.reckon()).wrong, [])
    t.same([...ingest.endings, ...worker.endings], [], 'no process was started again')
    const errors = [...ingest.lines, ...worker.lines].filter((line) => /prepared statement/.test(line))
    t.same(errors, [])
    const { lag } = (
      await lab.pool.query(
        `select percentile_cont(0.5) within group (order by extract(epoch from processed_at - received_at)) as lag
        from openphone.webhook_event where status = 'processed'`,
      )
    ).rows[0]
    t.comment(
      `${provider.receipts.length} deliveries; accepted to processed in ${Math.round(lag * 1000)} ms (median)`,
    )
  },
)
