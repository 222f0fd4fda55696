import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { EVENTS_QUEUE } from '../../src/queue/names.ts'
import { connect } from '../db/prepared.ts'
import { startLab } from './lab/lab.ts'
import type { Kind } from './lab/parcels.ts'
import { startServer } from './lab/server.ts'

const LIMIT_MS = 120_000
const STATE_LIMIT_MS = 20_000
const PARCELS = 5

/** How a worker leaves the job of a parcel. */
const LEFT: readonly { kind: Kind; state: string; isLastAttempt?: boolean }[] = [
  { kind: 'good', state: 'completed' },
  { kind: 'good', state: 'completed', isLastAttempt: true },
  { kind: 'unknown', state: 'completed' },
  { kind: 'unusable', state: 'failed' },
  { kind: 'refused', state: 'failed' },
  { kind: 'late', state: 'retry' },
]

t.setTimeout(LIMIT_MS)
t.test(
  'nothing is lost or doubled when a crash takes back what workers told the queue',
  { timeout: LIMIT_MS },
  async (t) => {
    // Workers do not wait until the disk has what they tell the queue. Here it has it seconds later.
    const server = await startServer(t, {
      wal_writer_delay: '10s',
      autovacuum: 'off',
      bgwriter_lru_maxpages: 0,
    })
    const lab = await startLab(t, {
      directUrl: server.url,
      workerEnv: { PGOPTIONS: '-c synchronous_commit=off' },
      traffic: { withRefusals: true },
    })
    const { ingest, worker, provider, pool } = lab
    const send = async (kind: Kind) => {
      const receipts = await Promise.all(Array.from({ length: PARCELS }, () => provider.send(kind)))
      return receipts.flatMap(({ eventIds }) => eventIds)
    }
    const jobsIn = async (state: string, eventIds: readonly string[]) => {
      const { rowCount } = await pool.query(
        'select from pgboss.job where name = $1 and id = any ($2::uuid[]) and state::text = $3',
        [EVENTS_QUEUE, eventIds, state],
      )
      return rowCount ?? 0
    }
    const until = async (what: string, isSo: () => Promise<boolean>) => {
      for (const deadline = performance.now() + STATE_LIMIT_MS; !(await isSo()); await sleep(5)) {
        if (performance.now() > deadline) throw new Error(`not so within ${STATE_LIMIT_MS} ms: ${what}`)
      }
    }

    for (const { kind, state, isLastAttempt } of LEFT) {
      const what = `${kind} parcels, ${state}${isLastAttempt ? ' at the last attempt' : ''}`
      await t.test(what, async (t) => {
        const ids = await send(kind)
        await until(`${what}`, async () => (await jobsIn(state, ids)) === PARCELS)
        await server.crashAndRestart()
        t.not(await jobsIn('active', ids), 0, 'some are in hand again, whatever their worker knows')
        if (isLastAttempt) {
          await pool.query(
            `update pgboss.job set retry_limit = retry_count where name = $1 and id = any ($2::uuid[])`,
            [EVENTS_QUEUE, ids],
          )
        }
      })
    }

    await t.test('parcels in hand: another may take them', async (t) => {
      const holder = await connect(t, pool)
      await holder.query('begin')
      await holder.query('lock table pgboss.subscription')
      const ids = await send('good')
      await until('a worker waits', async () => {
        const { rowCount } = await pool.query(
          `select from pg_stat_activity where application_name = 'openphone-worker' and wait_event_type = 'Lock'`,
        )
        return rowCount !== 0 && (await jobsIn('active', ids)) === PARCELS
      })
      await server.crashAndRestart()
      await until('all are processed', async () => {
        const { rowCount } = await pool.query(
          `select from openphone.webhook_event where id = any ($1::uuid[]) and status = 'processed'`,
          [ids],
        )
        return rowCount === PARCELS
      })
    })

    // Nothing is in anybody's hands: the clock goes to where that shows. What is locked is being settled; to wait for
    // it, with others locked, could be a deadlock.
    await pool.query(`update pgboss.job set heartbeat_on = now() - interval '1 hour'
      where id in (select id from pgboss.job where state = 'active' for update skip locked)`)
    await pool.query('update pgboss.queue set monitor_claim_on = null, monitor_on = null')
    const { wrong, settledMs } = await lab.reckon()
    t.same(wrong, [])
    t.same([...ingest.endings, ...worker.endings], [], 'no process was started again')
    t.comment(
      `${provider.receipts.length} deliveries, ${server.crashes} crashes; at rest after ${Math.round(settledMs)} ms`,
    )
  },
)
