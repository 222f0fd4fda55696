import type { PgBoss, SchemaDriftReport } from 'pg-boss'
import type { Config } from '../../config.ts'
import { queueSettings } from '../../queue/declare.ts'
import { EVENTS_QUEUE } from '../../queue/names.ts'
import { RETENTION_QUEUE } from '../../retention/nightly.ts'
import { type Finding, notice, ok, wrong } from './finding.ts'

/** pg-boss's schema against what its code expects, by its own detector. */
export async function checkDrift(boss: PgBoss): Promise<Finding> {
  const drift = await boss.detectSchemaDrift()
  if (drift.ok) return ok('pg-boss schema', 'it is as pg-boss expects')
  return wrong(
    'pg-boss schema',
    `it differs from what pg-boss expects: ${driftText(drift)}`,
    '`npx pg-boss doctor --connection-string postgres://…` prints what is expected: put that back by hand.',
  )
}

function driftText(drift: SchemaDriftReport): string {
  const named = (what: string, names: readonly string[]) =>
    names.length > 0 ? [`${what} ${names.join(', ')}`] : []
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name)
  return [
    ...named('missing table', drift.missingTables),
    ...named('missing index', names(drift.missing)),
    ...named('unfinished index', names(drift.invalid)),
    ...named('other index', names(drift.mismatched)),
    ...named('missing function', names(drift.missingFunctions)),
    ...named('other function', names(drift.mismatchedFunctions)),
    ...named(
      'other columns in',
      drift.columnDrift.map(({ table }) => table),
    ),
    ...named(
      'other constraints on',
      drift.constraintDrift.map(({ table }) => table),
    ),
    ...named('other values of', drift.enumDrift ? [drift.enumDrift.name] : []),
  ].join('; ')
}

/** The queues against the settings. */
export async function checkQueues(boss: PgBoss, config: Config): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [name, settings] of Object.entries(queueSettings(config))) {
    const queue = await boss.getQueue(name)
    if (queue === null) {
      findings.push(wrong('queues', `${name} is missing: no webhook can be stored`, 'Run `npm run migrate`.'))
      continue
    }
    const actual = new Map<string, unknown>(Object.entries(queue))
    const others = Object.entries(settings)
      .filter(([setting, wanted]) => actual.get(setting) !== wanted)
      .map(([setting, wanted]) => `${setting} is ${actual.get(setting)} and not ${wanted}`)
    if (others.length > 0) {
      findings.push(
        wrong(
          'queues',
          `${name} is not as the settings say: ${others.join(', ')}`,
          'Run `npm run migrate`, or start a process, with the right settings. If it comes back, two processes run with different ones.',
        ),
      )
    }
    if (name === EVENTS_QUEUE && config.databaseBackend === 'postgres' && !queue.partition) {
      findings.push(notice('queues', `${name} shares its job table with other queues, which is slower`))
    }
  }
  if (findings.length === 0) findings.push(ok('queues', 'they are as the settings say'))
  return findings
}

/** Whether old events are removed. */
export async function checkRetention(boss: PgBoss): Promise<Finding> {
  const [schedule] = await boss.getSchedules(RETENTION_QUEUE)
  if (schedule !== undefined)
    return ok('retention', `old events are removed at ${schedule.cron} ${schedule.timezone}`)
  return notice(
    'retention',
    'nothing removes old events',
    'Start a worker, or start one that runs anew: it sets the schedule.',
  )
}
