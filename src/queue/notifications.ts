import type { PgBoss } from 'pg-boss'
import type { Config } from '../config.ts'
import { BOSS_SCHEMA, EVENTS_QUEUE } from './names.ts'

/** SQL of the channel that pg-boss tells of new jobs on; a test holds it against pg-boss's own. */
const channelSql = `'pgboss_' || left(encode(sha224('${BOSS_SCHEMA}'::bytea), 'hex'), 24)`

/** SQL that tells the workers of all processes of new jobs, as pg-boss does; delivered when the transaction commits. */
export const notifyWorkers = `pg_notify(${channelSql}, '${EVENTS_QUEUE}')`

/** Whether processes tell each other of jobs; CockroachDB has no notifications. */
export function usesNotifications(config: Pick<Config, 'listenNotify' | 'databaseBackend'>): boolean {
  return config.listenNotify && config.databaseBackend !== 'cockroachdb'
}

/**
 * Listens, on a connection of its own that is made again when lost, until what it resolves with is called. pg-boss's
 * own listener would wake every worker loop of the process for each notification, and each would fetch.
 * @param boss started.
 * @param onJobs there are new jobs, or there may have been while nobody listened.
 */
export async function listenForJobs(boss: PgBoss, onJobs: () => void): Promise<() => Promise<void>> {
  const database = boss.getDb()
  if (database.listen === undefined) throw new Error('pg-boss has no connections of its own to listen on')
  const { rows } = await database.executeSql(`select ${channelSql} as channel`)
  const onNotification = (queue: string) => {
    if (queue === EVENTS_QUEUE) onJobs()
  }
  const listening = await database.listen(rows[0].channel, onNotification, onJobs)
  return () => listening.close()
}
