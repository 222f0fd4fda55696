import type pg from 'pg'
import type { PgBoss } from 'pg-boss'
import { StartupError } from '../../errors.ts'
import { targetUrl } from '../../trigger/target.ts'
import { databaseTrouble } from '../database-trouble.ts'
import { findDatabaseUrl, loadOpsConfig, runSession, type Session } from '../session.ts'
import { checkConfiguration } from './configuration.ts'
import { checkClock, checkMigrations, checkVersion } from './database.ts'
import { checkDelivery } from './delivery.ts'
import { checkEvents, checkWorkers } from './events.ts'
import { type Finding, notice, wrong } from './finding.ts'
import { checkDrift, checkQueues, checkRetention } from './queues.ts'

export interface Examination {
  readonly env: NodeJS.ProcessEnv
  /** The webhook's address. */
  readonly url: string | undefined
  /** Told each finding as it is made. */
  readonly onFinding: (finding: Finding) => void
}

/**
 * Looks at the whole installation, as far as it can be reached.
 * @throws UsageError when the address cannot be one.
 */
export async function examine({ env, url, onFinding }: Examination): Promise<void> {
  // Before anything is looked at: a mistake in the command is told at once.
  if (url !== undefined) targetUrl(url, env)
  const configuration = checkConfiguration(env)
  onFinding(configuration)
  try {
    const config = loadOpsConfig(env)
    const databaseUrl = await findDatabaseUrl(config)
    try {
      await runSession(config, databaseUrl, (session, pool) =>
        examineDatabase(session, pool, { env, url, onFinding }),
      )
    } catch (error) {
      const trouble = databaseTrouble(error, databaseUrl)
      if (trouble === undefined) throw error
      onFinding(wrong('database', trouble, 'Mend that first; what follows was not looked at.'))
    }
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    const hasBeenTold = error.message.split('\n').every((line) => configuration.message.includes(line))
    onFinding(
      hasBeenTold
        ? notice('database', 'not looked at before the settings are good')
        : wrong('database', error.message, 'Mend that first; what follows was not looked at.'),
    )
  }
}

async function examineDatabase(
  session: Session,
  pool: pg.Pool,
  { env, url, onFinding }: Examination,
): Promise<void> {
  const { config, db } = session
  onFinding(await checkVersion(pool))
  onFinding(await checkClock(pool))
  const migrations = await checkMigrations(pool)
  onFinding(migrations)
  if (migrations.level === 'wrong') {
    onFinding(notice('events', 'not looked at before all migrations have run'))
    return
  }
  const boss = await openBoss(session, onFinding)
  if (boss === undefined) return
  onFinding(await checkDrift(boss))
  for (const finding of await checkQueues(boss, config)) onFinding(finding)
  onFinding(await checkRetention(boss))
  const workers = await checkWorkers(db)
  onFinding(workers)
  for (const finding of await checkEvents(db)) onFinding(finding)
  onFinding(await checkDelivery({ url, env, db, hasWorkers: workers.level === 'ok' }))
}

/** pg-boss does not start on a schema that is missing or of another version. */
async function openBoss(session: Session, onFinding: Examination['onFinding']): Promise<PgBoss | undefined> {
  try {
    return await session.openBoss()
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    onFinding(wrong('pg-boss schema', error.message, 'Mend that first; what follows was not looked at.'))
    return undefined
  }
}
