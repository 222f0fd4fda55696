import { rm } from 'node:fs/promises'
import type pg from 'pg'
import { makeTemporaryFolder } from './disk.ts'
import { type Fill, fillLikeAfterMonths } from './ops-fill.ts'
import { openPostgres } from './postgres.ts'
import { median } from './statistics.ts'

// What operators ask at three in the morning, with a million events and 10,000 failures:
//
//   node test/bench/ops-views.ts [--plans]
//
// On BENCH_DATABASE_URL, else on a server of its own. Exit code 1 when a question takes longer than the target.

const TARGET_MS = 100
const REPETITIONS = 5
const FILL: Fill = { events: 1_000_000, failures: 10_000, days: 30 }

const QUESTIONS: Readonly<Record<string, string>> = {
  'the newest 50 failures': 'select * from openphone.ops_failures order by failed_at desc limit 50',
  'failures by type and error':
    'select type, error, count(*), max(failed_at) from openphone.ops_failures group by type, error order by 3 desc',
  backlog: 'select * from openphone.ops_backlog',
  'throughput, the last hour': `select * from openphone.ops_throughput where minute > now() - interval '1 hour'`,
  'throughput, 24 hours': 'select * from openphone.ops_throughput',
  'one event': `select * from openphone.ops_event where event_id = '$event'`,
}

interface Answer {
  readonly question: string
  /** By `explain (analyze)`: planning and execution. */
  readonly milliseconds: number
  readonly firstMilliseconds: number
  readonly plan: string
}

/** A question is asked several times; the first finds less in memory. */
async function ask(pool: pg.Pool, question: string, query: string): Promise<Answer> {
  const times: number[] = []
  let plan = ''
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    const { rows } = await pool.query<Record<'QUERY PLAN', string>>(`explain (analyze, buffers) ${query}`)
    plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    const parts = [...plan.matchAll(/^(?:Planning|Execution) Time: ([\d.]+) ms$/gm)]
    times.push(parts.reduce((sum, [, milliseconds]) => sum + Number(milliseconds), 0))
  }
  return { question, milliseconds: median(times), firstMilliseconds: times[0] ?? 0, plan }
}

async function run(): Promise<boolean> {
  const folder = await makeTemporaryFolder()
  const postgres = await openPostgres(folder, { givenUrl: process.env.BENCH_DATABASE_URL, logSegments: 4 })
  try {
    const database = await postgres.createDatabase()
    const started = performance.now()
    await fillLikeAfterMonths(database.pool, FILL)
    const seconds = Math.round((performance.now() - started) / 1000)
    console.error(`PostgreSQL ${postgres.settings.version}, filled in ${seconds} s`)
    // One of those with a dead letter and a job.
    const { rows } = await database.pool.query<{ id: string }>(
      'select event_id as id from openphone.ops_failures limit 1',
    )
    const answers: Answer[] = []
    for (const [question, query] of Object.entries(QUESTIONS)) {
      answers.push(await ask(database.pool, question, query.replace('$event', rows[0]?.id ?? '')))
    }
    await database.drop()
    for (const { question, milliseconds, firstMilliseconds, plan } of answers) {
      const text = `${milliseconds.toFixed(1)} ms (the first time ${firstMilliseconds.toFixed(1)})`
      console.log(`${question.padEnd(28)} ${text}`)
      if (process.argv.includes('--plans')) console.log(`\n${plan}\n`)
    }
    return answers.every(({ milliseconds }) => milliseconds < TARGET_MS)
  } finally {
    await postgres.close()
    await rm(folder.path, { recursive: true, force: true })
  }
}

process.exitCode = (await run()) ? 0 : 1
