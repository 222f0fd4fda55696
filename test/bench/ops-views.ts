import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { withDatabase } from './bench.ts'
import { makeTemporaryFolder } from './disk.ts'
import { exitCodes } from './exit-codes.ts'
import { askApi } from './ops-api.ts'
import { type OpsBench, startOpsApplication } from './ops-application.ts'
import { figureText, type OpsFigure } from './ops-figure.ts'
import { type Fill, fillLikeAfterMonths, storeMessages } from './ops-fill.ts'
import { walkLists } from './ops-pages.ts'
import { askViews } from './ops-questions.ts'
import { measureReplays } from './ops-replay.ts'
import { type Database, openPostgres } from './postgres.ts'
import { Processes } from './processes.ts'
import { stopSignal } from './stop-signal.ts'

const HELP = `What operators ask at three in the morning, with a million events and 10,000 failures: each view, each list of
/ops/api with every filter, the search, and every page up to the last; then the replay of all failures.

  node test/bench/ops-views.ts [--plans]

On BENCH_DATABASE_URL, else on a server of its own; some four minutes. --plans shows how Postgres answers the views.
Exit code 1 when something takes longer than it may: 100 ms, or 10 s for the replay.`

const FILL: Fill = { events: 1_000_000, failures: 10_000, days: 30 }

/** @returns whether everything was quick enough. */
async function run({ plans }: { plans: boolean }, signal: AbortSignal): Promise<boolean> {
  const folder = await makeTemporaryFolder()
  const processes = new Processes()
  signal.addEventListener('abort', () => void processes.killAll())
  const postgres = await openPostgres(folder, { givenUrl: process.env.BENCH_DATABASE_URL, logSegments: 4 })
  const figures: OpsFigure[] = []
  const tell = (figure: OpsFigure) => {
    signal.throwIfAborted()
    figures.push(figure)
    console.log(figureText(figure))
  }
  const bench: OpsBench = { folder: folder.path, processes, signal, postgres, tell }
  try {
    await withDatabase(bench, async (database) => {
      await fill(database, signal)
      console.log('\nThe views')
      await askViews(database.pool, { tell, plans })
      // Without workers everything stays as it was stored.
      const application = await startOpsApplication(bench, database, 'ingest')
      console.log('\nThe API, over HTTP')
      await askApi(database.pool, application, tell)
      console.log('\nThe API, page by page')
      await walkLists(application, tell)
      await application.stop()
      console.log('\nReplay of all failures, while workers run')
      await measureReplays(bench, database)
    })
    return figures.every(({ milliseconds, limitMilliseconds }) => milliseconds <= limitMilliseconds)
  } finally {
    await processes.killAll()
    await postgres.close()
    await rm(folder.path, { recursive: true, force: true })
  }
}

async function fill({ pool }: Database, signal: AbortSignal): Promise<void> {
  const started = performance.now()
  await fillLikeAfterMonths(pool, FILL, () => signal.throwIfAborted())
  await storeMessages(pool)
  const { rows } = await pool.query('show server_version')
  const seconds = Math.round((performance.now() - started) / 1000)
  console.error(`PostgreSQL ${rows[0].server_version}, filled in ${seconds} s`)
}

const { values } = parseArgs({
  options: { plans: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})
if (values.help) console.log(HELP)
else {
  const signal = stopSignal()
  try {
    process.exitCode = (await run(values, signal)) ? exitCodes.done : exitCodes.failed
  } catch (error) {
    if (!signal.aborted) throw error
    process.exitCode = exitCodes.interrupted
  }
}
