import type pg from 'pg'
import { pendingMigrations } from '../../db/migrate.ts'
import { type Finding, notice, ok, wrong } from './finding.ts'

const OLDEST_MAJOR = 15
const NEWEST_MAJOR = 18

/** Beyond this, replay windows and the order of ids begin to suffer. */
const SKEW_WRONG_SECONDS = 5
const SKEW_NOTICE_SECONDS = 1

export async function checkVersion(pool: pg.Pool): Promise<Finding> {
  const { rows } = await pool.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  )
  const { number = 0, version = 'unknown' } = rows[0] ?? {}
  const major = Math.floor(number / 10_000)
  if (major < OLDEST_MAJOR) {
    return wrong(
      'database',
      `it is PostgreSQL ${version}`,
      `Upgrade it: PostgreSQL ${OLDEST_MAJOR} to ${NEWEST_MAJOR} will do.`,
    )
  }
  if (major > NEWEST_MAJOR) {
    return notice(
      'database',
      `it is PostgreSQL ${version}, newer than what this was tested on (${NEWEST_MAJOR})`,
    )
  }
  return ok('database', `it answers, and is PostgreSQL ${version}`)
}

export async function checkMigrations(pool: pg.Pool): Promise<Finding> {
  const pending = await pendingMigrations(pool)
  if (pending.length === 0) return ok('migrations', 'all have run')
  return wrong('migrations', `not run yet: ${pending.join(', ')}`, 'Run `npm run migrate`.')
}

/** Signatures are judged by the receiver's clock, ages by the database's. */
export async function checkClock(pool: pg.Pool): Promise<Finding> {
  const before = Date.now()
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now')
  const after = Date.now()
  const uncertainty = (after - before) / 2_000
  const skew = ((rows[0]?.now.getTime() ?? after) - (before + after) / 2) / 1000
  const seconds = Math.max(0, Math.abs(skew) - uncertainty)
  const text = `the database's clock is ${seconds.toFixed(1)} s ${skew < 0 ? 'behind' : 'ahead of'} this machine's`
  const advice = 'Let both machines keep time by NTP.'
  if (seconds > SKEW_WRONG_SECONDS) return wrong('clock', text, advice)
  if (seconds > SKEW_NOTICE_SECONDS) return notice('clock', text, advice)
  return ok('clock', 'the database and this machine agree on the time')
}
