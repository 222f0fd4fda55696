import type { Kysely } from 'kysely'
import type { Database } from '../tables/database.ts'
import { readStatus, type StatusReport } from './status.ts'

/**
 * `well`: nothing to do. `attention`: events have failed, and the rest flows. `trouble`: events are not being
 * processed.
 */
export type Level = 'well' | 'attention' | 'trouble'

export interface Overview extends StatusReport {
  readonly level: Level
}

/** Whether all is well, and how bad it is where not. */
export async function readOverview(db: Kysely<Database>): Promise<Overview> {
  const status = await readStatus(db)
  return { ...status, level: levelOf(status) }
}

function levelOf({ ok, problems, failed }: StatusReport): Level {
  if (ok) return 'well'
  // Failures are told by one sentence; any other one tells of a standstill.
  return problems.length === 1 && failed > 0 ? 'attention' : 'trouble'
}
