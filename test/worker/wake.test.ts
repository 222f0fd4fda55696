import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../src/config.ts'
import { registry } from '../../src/events/index.ts'
import { notifyWorkers } from '../../src/queue/notifications.ts'
import { Worker } from '../../src/worker/worker.ts'
import { connect, prepareTestDatabase, silentLog } from '../db/prepared.ts'
import t, { type Test } from '../helper/tap.ts'
import { messageReceived, startBoss, store } from './fixture.ts'

/** A worker of two loops, and the loops that it woke so far, by their ids. */
async function startWorker(t: Test, settings: Partial<Config>) {
  const { url, pool, db, config } = await prepareTestDatabase(t)
  const boss = await startBoss(t, url, 2)
  const woken: string[] = []
  const notifyWorker = boss.notifyWorker.bind(boss)
  boss.notifyWorker = (id) => {
    woken.push(id)
    notifyWorker(id)
  }
  const worker = new Worker({
    boss,
    db,
    registry,
    log: silentLog,
    config: { ...config, workerBatchSize: 10, workerConcurrency: 2, ...settings },
  })
  await worker.start()
  t.teardown(() => worker.stop())
  return { worker, woken, pool }
}

t.test('a woken worker', async (t) => {
  const { worker, woken, pool } = await startWorker(t, { listenNotify: false })

  await t.test('lets one loop see to all that comes, so that it shares batches', async (t) => {
    worker.wake()
    worker.wake()
    t.equal(new Set(woken).size, 1)
  })

  await t.test('lets another loop see to it when that one is busy for long', async (t) => {
    const [first] = woken
    const holder = await connect(t, pool)
    // The other loop may have happened to look first, as each does every second; not time and again.
    for (let attempt = 1; attempt <= 5 && woken.at(-1) === first; attempt += 1) {
      await holder.query('begin')
      // A row that is not committed: the worker's write of the same id waits for it.
      await holder.query(`insert into openphone.message (id) values ('AC${attempt}')`)
      await store(pool, [messageReceived(`AC${attempt}`)])
      const until = performance.now() + 1_000
      while (woken.at(-1) === first && performance.now() < until) {
        worker.wake()
        await sleep(10)
      }
      await holder.query('rollback')
    }
    t.not(woken.at(-1), first)
  })
})

t.test('a worker that is told of jobs by another process wakes one loop, not all', async (t) => {
  const { woken, pool } = await startWorker(t, { listenNotify: true })
  woken.length = 0
  for (let told = 1; told <= 5; told += 1) {
    await pool.query(`select ${notifyWorkers}`)
    const until = performance.now() + 5_000
    while (woken.length < told && performance.now() < until) await sleep(5)
    t.equal(woken.length, told)
  }
  const { rows } = await pool.query(
    `select from pg_stat_activity where datname = current_database() and query ilike 'listen %'`,
  )
  t.equal(rows.length, 1, 'pg-boss does not listen as well: it would wake every loop')
})
