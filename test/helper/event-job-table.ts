import type pg from 'pg'
import { EVENTS_QUEUE } from '../../src/queue/names.ts'

/**
 * The table of the events' jobs, for a trigger on it. One on its parent, `pgboss.job`, would lock the parent and then
 * this; pg-boss, when it fails a job, this and then the parent: a deadlock.
 */
export async function eventJobTable(pool: pg.Pool): Promise<string> {
  const query = `select format('pgboss.%I', table_name) as name from pgboss.queue where name = $1`
  const { rows } = await pool.query<{ name: string }>(query, [EVENTS_QUEUE])
  const [table] = rows
  if (table === undefined) throw new Error(`there is no queue ${EVENTS_QUEUE}`)
  return table.name
}
