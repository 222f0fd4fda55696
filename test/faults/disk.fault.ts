import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startLab } from './lab/lab.ts'
import { startServer } from './lab/server.ts'
import { cannotMount, mountSmallDisk } from './lab/small-disk.ts'

const LIMIT_MS = 120_000
const ANSWER_LIMIT_MS = 3_000
const RECOVERY_LIMIT_MS = 5_000
const DISK_MIB = 200
const QUIET_MS = 2_000
const FILL_LIMIT_MS = 20_000
const FULL = /ERROR: .*No space left on device/

t.setTimeout(LIMIT_MS)
t.test(
  'nothing is lost when the disk of the database is full',
  { timeout: LIMIT_MS, skip: cannotMount() },
  async (t) => {
    const disk = mountSmallDisk(t, DISK_MIB)
    const folder = join(disk.folder, 'data')
    mkdirSync(folder, { mode: 0o700 })
    const server = await startServer(t, { max_wal_size: '48MB', min_wal_size: '32MB' }, folder)
    const lab = await startLab(t, { directUrl: server.url })
    const { ingest, worker, provider } = lab
    provider.start()
    await lab.untilProcessing(RECOVERY_LIMIT_MS)

    /** Keeps the disk full, as Postgres gives space back and takes it, until nothing was accepted for a while. */
    const fillUntilQuiet = async (t: Test) => {
      ingest.slowestMs = 0
      const accepted = provider.accepted
      let quietMs = 0
      const until = performance.now() + FILL_LIMIT_MS
      // Quiet alone may be that of a machine that has other things to do.
      while ((quietMs < QUIET_MS || !FULL.test(server.log)) && performance.now() < until) {
        disk.fill()
        await sleep(100)
        quietMs = performance.now() - provider.lastAcceptedAt
      }
      t.ok(quietMs >= QUIET_MS, `nothing is accepted any more, after ${provider.accepted - accepted} more`)
      t.ok(ingest.slowestMs < ANSWER_LIMIT_MS, `the slowest answer took ${Math.round(ingest.slowestMs)} ms`)
    }
    const goesOnWithRoom = async (t: Test) => {
      disk.free()
      if (!server.isRunning) await server.start()
      const [accepting, processing] = await Promise.all([
        lab.untilAccepting(RECOVERY_LIMIT_MS),
        lab.untilProcessing(RECOVERY_LIMIT_MS),
      ])
      t.same([...ingest.endings, ...worker.endings], [], 'no process was started again')
      t.comment(`accepting after ${Math.round(accepting)} ms, processing after ${Math.round(processing)} ms`)
    }

    await t.test('no room for rows: the database refuses', async (t) => {
      await fillUntilQuiet(t)
      t.match(server.log, FULL)
      await goesOnWithRoom(t)
    })

    await t.test('no room for the log: the database crashes', async (t) => {
      await fillUntilQuiet(t)
      for (let mebibytes = 0; mebibytes < DISK_MIB && !/PANIC/.test(server.log); mebibytes += 1) {
        disk.fill()
        await lab.pool
          .query(`select pg_logical_emit_message(false, '', repeat('x', 1 << 20))`)
          .catch(() => {})
      }
      t.match(server.log, /PANIC: .*No space left on device/)
      // It cannot even recover without room, and gives up.
      for (const until = performance.now() + 5_000; server.isRunning && performance.now() < until; )
        await sleep(50)
      await goesOnWithRoom(t)
    })

    t.same((await lab.reckon()).wrong, [])
    t.comment(
      `${provider.receipts.length} deliveries; answers ${JSON.stringify(Object.fromEntries(provider.answers))}`,
    )
  },
)
