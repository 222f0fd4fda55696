import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { type OpsApplication, type OpsBench, startOpsApplication } from './ops-application.ts'
import type { Database } from './postgres.ts'

const LIMIT_MS = 10_000

/** How long workers may take to see to all that was replayed. */
const SETTLED_LIMIT_MS = 120_000

interface Replayed {
  readonly replayed: number
}

/** Replays every failure of the database by each way there is, on a copy of it, while the application's workers run. */
export async function measureReplays(bench: OpsBench, database: Database): Promise<void> {
  for (const [label, replay] of Object.entries({
    'npm run ops -- replay --status failed --yes': byCommand,
    'POST /ops/api/failures/replay': byApi,
  })) {
    const copy = await bench.postgres.copyOf(database)
    const application = await startOpsApplication(bench, copy, 'all')
    const began = performance.now()
    const { replayed } = await replay(bench, copy, application)
    const milliseconds = performance.now() - began
    const left = await waitUntilSettled(copy.pool)
    const settled = (performance.now() - began) / 1000
    const note = `${replayed.toLocaleString('en-US')} events; all processed ${settled.toFixed(1)} s after the start, ${left} failed again`
    bench.tell({ label, milliseconds, limitMilliseconds: LIMIT_MS, note })
    await application.stop()
    await copy.drop()
  }
}

async function byCommand({ processes, folder }: OpsBench, { url }: Database): Promise<Replayed> {
  const file = `${folder}/replay.json`
  const { ended } = processes.start({
    command: 'npm',
    args: ['run', '--silent', 'ops', '--', 'replay', '--status', 'failed', '--yes', '--json'],
    folder: fileURLToPath(new URL('../..', import.meta.url)),
    env: { DATABASE_URL: url },
    output: { file },
  })
  const code = await ended
  const output = await readFile(file, 'utf8')
  if (code !== 0) throw new Error(`npm run ops ended with ${code}: ${output}`)
  return JSON.parse(output)
}

async function byApi(_bench: OpsBench, _database: Database, application: OpsApplication): Promise<Replayed> {
  return (await application.ask<Replayed>('failures/replay', {})).answer
}

/** @returns how many failed again. */
async function waitUntilSettled(pool: pg.Pool): Promise<number> {
  const began = performance.now()
  for (;;) {
    const { rows } = await pool.query<{ waiting: number; failed: number }>(
      `select
        (select count(*)::int from pgboss.job where name = 'openphone-events'
          and state in ('created', 'retry', 'active')) as waiting,
        (select count(*)::int from openphone.ops_failures) as failed`,
    )
    if (rows[0]?.waiting === 0) return rows[0].failed
    if (performance.now() - began > SETTLED_LIMIT_MS) throw new Error(`Still waiting: ${rows[0]?.waiting}`)
    await sleep(100)
  }
}
