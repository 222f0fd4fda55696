import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { startLab } from './lab/lab.ts'
import { startServer } from './lab/server.ts'

const LIMIT_MS = 120_000
const ANSWER_LIMIT_MS = 3_000
const RECOVERY_LIMIT_MS = 5_000
const MAX_CONNECTIONS = 40

const ofTheApp = `datname = current_database() and application_name like 'openphone-%'`

t.setTimeout(LIMIT_MS)
t.test('nothing is lost when sessions are ended or not to be had', { timeout: LIMIT_MS }, async (t) => {
  const server = await startServer(t, { max_connections: MAX_CONNECTIONS, superuser_reserved_connections: 0 })
  const lab = await startLab(t, { directUrl: server.url })
  const { ingest, worker, provider, pool } = lab
  const services = [ingest, worker]
  provider.start()
  await lab.untilProcessing(RECOVERY_LIMIT_MS)
  const listeners = async () => {
    const { rows } = await pool.query<{ pid: number }>(
      `select pid from pg_stat_activity where ${ofTheApp} and query ~* '^(listen|select exists)'`,
    )
    return rows.map(({ pid }) => pid)
  }

  await t.test('every session is ended, the listening one too, time and again', async (t) => {
    const before = await listeners()
    t.equal(before.length, 1)
    for (let count = 0; count < 10; count += 1) {
      const { rowCount } = await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where ${ofTheApp}`,
      )
      if (count === 0) t.ok((rowCount ?? 0) >= 4, `${rowCount} sessions`)
      await sleep(Math.random() * 500)
    }
    await Promise.all([lab.untilAccepting(RECOVERY_LIMIT_MS), lab.untilProcessing(RECOVERY_LIMIT_MS)])
    let after = await listeners()
    for (
      const deadline = performance.now() + RECOVERY_LIMIT_MS;
      after.length === 0;
      after = await listeners()
    ) {
      if (performance.now() > deadline) throw new Error('nobody listens any more')
      await sleep(50)
    }
    t.notOk(before.includes(after[0] ?? 0), 'another session listens')
  })

  await t.test('others take all connections', async (t) => {
    // Ours too: an idle one that ends would leave a place.
    const ours = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()))
    t.teardown(() => {
      for (const client of ours.splice(0)) client.release()
    })
    const hogs: pg.Client[] = []
    t.teardown(() => Promise.all(hogs.map((hog) => hog.end())))
    const takeAll = async () => {
      for (;;) {
        const hog = new pg.Client(server.url)
        hog.on('error', () => {})
        try {
          await hog.connect()
          hogs.push(hog)
        } catch (error) {
          t.match(error, { code: '53300' })
          return
        }
      }
    }
    await takeAll()
    const watcher = hogs[0]
    if (watcher === undefined) throw new Error('no connection was free')
    ingest.slowestMs = 0
    // What the application has is taken too. It may be quicker than we are, for as long as places fall free.
    while (ours.length + hogs.length < MAX_CONNECTIONS) {
      await watcher.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${ofTheApp}`)
      await takeAll()
    }
    await Promise.all(services.map((service) => service.untilReadyzIs(503, ANSWER_LIMIT_MS)))
    const acceptedBefore = provider.accepted
    await sleep(4_000)
    t.equal(provider.accepted, acceptedBefore, 'nothing can be accepted')
    t.ok(ingest.slowestMs < ANSWER_LIMIT_MS, `the slowest answer took ${Math.round(ingest.slowestMs)} ms`)

    for (const client of ours.splice(0)) client.release()
    await Promise.all(hogs.splice(0).map((hog) => hog.end()))
    const [accepting, processing] = await Promise.all([
      lab.untilAccepting(RECOVERY_LIMIT_MS),
      lab.untilProcessing(RECOVERY_LIMIT_MS),
      ...services.map((service) => service.untilReadyzIs(200, RECOVERY_LIMIT_MS)),
    ])
    t.comment(`accepting after ${Math.round(accepting)} ms, processing after ${Math.round(processing)} ms`)
  })

  const { wrong } = await lab.reckon()
  t.same(wrong, [])
  t.same([...ingest.endings, ...worker.endings], [], 'no process was started again')
  t.comment(
    `${provider.receipts.length} deliveries; answers ${JSON.stringify(Object.fromEntries(provider.answers))}`,
  )
})
