import { application, startApplication } from '../application.ts'
import { type Bench, withDatabase } from '../bench.ts'
import { messageBodies } from '../events/messages.ts'
import { fill } from '../fill.ts'
import type { Measurement } from '../measurement.ts'
import { checkpoint, type Database } from '../postgres.ts'
import { untilSettled } from '../settled.ts'
import type { Scenario } from './scenario.ts'

const TABLE = 'o. Drain of a backlog'
/** What is drained first is left out: compilers warm up. */
const WARMUP_SECONDS = 2
/** How long the last part of a drain is. */
const LAST_SECONDS = 10

/**
 * Queues in Postgres become slower as they grow, and more so while an old transaction keeps vacuum from removing what
 * is done. How much?
 */
export const backlog: Scenario = {
  letter: 'o',
  name: 'backlog',
  about: 'drain of 1,000,000 waiting jobs; the same with vacuum held off for a minute',
  isLong: true,
  run: async (bench) => {
    const { backlogEvents, smallBacklogEvents } = bench.sizes
    const small = await withFilled(bench, smallBacklogEvents, (database) => drain(bench, database, 'small'))
    const [large, held] = await withFilled(bench, backlogEvents, async (database) => {
      const copy = await bench.postgres.copyOf(database)
      try {
        const first = await drain(bench, database, 'large')
        return [first, await drain(bench, copy, 'held')] as const
      } finally {
        await copy.drop()
      }
    })
    const compared = [
      ['large / small', large.perSecond / small.perSecond],
      ['large with vacuum held off / small', held.perSecond / small.perSecond],
      [`the same, its last ${LAST_SECONDS} s`, held.lastPerSecond / small.perSecond],
    ] as const
    return [
      ...[small, large, held].map(({ row }) => row),
      ...compared.map(([label, ratio]) => ({
        ...{ table: `${TABLE}, compared`, label },
        figures: { 'per second, ratio': ratio },
      })),
    ]
  },
}

function withFilled<T>(bench: Bench, events: number, work: (database: Database) => Promise<T>): Promise<T> {
  return withDatabase(bench, async (database) => {
    bench.progress(`o  storing ${events} events`)
    await fill(bench, database, messageBodies(events))
    await database.pool.query('vacuum (analyze)')
    return work(database)
  })
}

type Kind = 'small' | 'large' | 'held'

interface Drained {
  readonly perSecond: number
  readonly lastPerSecond: number
  readonly row: Measurement
}

async function drain(bench: Bench, database: Database, kind: Kind): Promise<Drained> {
  const { backlogEvents, smallBacklogEvents, backlogSeconds } = bench.sizes
  const events = kind === 'small' ? smallBacklogEvents : backlogEvents
  const label = `${events.toLocaleString('en-US')} jobs wait${kind === 'held' ? ', vacuum held off' : ''}`
  bench.progress(`o  ${label}`)
  await checkpoint(database)
  const release = kind === 'held' ? await holdVacuumOff(database) : async () => {}
  try {
    const worker = await startApplication(bench, application, { databaseUrl: database.url, role: 'worker' })
    await untilSettled(bench, database, backlogSeconds)
    await worker.stop()
    const { perSecond, lastPerSecond, processed } = await readRates(database)
    const dead = await readDeadRows(database)
    bench.progress(`   ${Math.round(perSecond)}/s, at the end ${Math.round(lastPerSecond)}/s`)
    const figures = {
      'per second': perSecond,
      [`per second in the last ${LAST_SECONDS} s`]: lastPerSecond,
      drained: processed,
      'dead job rows at the end': dead,
    }
    return { perSecond, lastPerSecond, row: { table: TABLE, label, figures } }
  } finally {
    await release()
  }
}

/** A transaction that has written and reads as of now: no row that dies after it can be removed. */
async function holdVacuumOff({ pool }: Database): Promise<() => Promise<void>> {
  const client = await pool.connect()
  // The pool's own limit is there to end what is forgotten.
  await client.query('set idle_in_transaction_session_timeout = 0')
  await client.query('begin isolation level repeatable read')
  await client.query('select pg_current_xact_id(), count(*) from pgboss.queue')
  return async () => {
    try {
      await client.query('rollback')
    } finally {
      // Closed, with its setting. Not given back, it would keep the pool from ending, and this program with it.
      client.release(true)
    }
  }
}

async function readRates({ pool }: Database) {
  const { rows } = await pool.query<{ perSecond: number; lastPerSecond: number; processed: number }>(
    `with span as (
      select
        -- A short drain has half of its time left.
        least(min(processed_at) + $1 * interval '1s', min(processed_at) + (max(processed_at) - min(processed_at)) / 2)
          as first,
        max(processed_at) as last
      from openphone.webhook_event
    ), last_span as (
      select greatest(first, last - $2 * interval '1s') as first, last from span
    )
    select
      count(*) filter (where processed_at > span.first)
        / extract(epoch from max(span.last) - max(span.first))::float8 as "perSecond",
      count(*) filter (where processed_at > last_span.first)
        / extract(epoch from max(last_span.last) - max(last_span.first))::float8 as "lastPerSecond",
      count(*)::int as processed
    from openphone.webhook_event cross join span cross join last_span
    where processed_at is not null`,
    [WARMUP_SECONDS, LAST_SECONDS],
  )
  if (rows[0] === undefined) throw new Error('An aggregate without a row')
  return rows[0]
}

/** As Postgres counts them, a little late. */
async function readDeadRows({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ dead: number }>(
    `select coalesce(sum(n_dead_tup), 0)::int as dead from pg_stat_user_tables where schemaname = 'pgboss'`,
  )
  return rows[0]?.dead ?? Number.NaN
}
