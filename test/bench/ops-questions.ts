import type pg from 'pg'
import { ANSWER_LIMIT_MS, type OpsFigure } from './ops-figure.ts'
import { median } from './statistics.ts'

const REPETITIONS = 5

const QUESTIONS: Readonly<Record<string, string>> = {
  'the newest 50 failures': 'select * from openphone.ops_failures order by failed_at desc limit 50',
  'failures by type and error':
    'select type, error, count(*), max(failed_at) from openphone.ops_failures group by type, error order by 3 desc',
  backlog: 'select * from openphone.ops_backlog',
  'throughput, the last hour': `select * from openphone.ops_throughput where minute > now() - interval '1 hour'`,
  'throughput, 24 hours': 'select * from openphone.ops_throughput',
  'one event': `select * from openphone.ops_event where event_id = '$event'`,
}

export interface ViewOptions {
  readonly tell: (figure: OpsFigure) => void
  /** Whether to print how Postgres answers each. */
  readonly plans: boolean
}

/** Asks what README has for psql, by `explain (analyze)`: planning and execution, the median of several. */
export async function askViews(pool: pg.Pool, { tell, plans }: ViewOptions): Promise<void> {
  // One of those with a dead letter and a job.
  const { rows } = await pool.query<{ id: string }>(
    'select event_id as id from openphone.ops_failures limit 1',
  )
  for (const [label, query] of Object.entries(QUESTIONS)) {
    const { times, plan } = await ask(pool, query.replace('$event', rows[0]?.id ?? ''))
    const note = `the first time ${times[0]?.toFixed(1)}`
    tell({ label, milliseconds: median(times), limitMilliseconds: ANSWER_LIMIT_MS, note })
    if (plans) console.log(`\n${plan}\n`)
  }
}

async function ask(pool: pg.Pool, query: string): Promise<{ times: number[]; plan: string }> {
  const times: number[] = []
  let plan = ''
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    const { rows } = await pool.query<Record<'QUERY PLAN', string>>(`explain (analyze, buffers) ${query}`)
    plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    const parts = [...plan.matchAll(/^(?:Planning|Execution) Time: ([\d.]+) ms$/gm)]
    times.push(parts.reduce((sum, [, milliseconds]) => sum + Number(milliseconds), 0))
  }
  return { times, plan }
}
