import { type Kysely, sql } from 'kysely'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../queue/names.ts'
import type { Database } from '../../tables/database.ts'
import { countText } from '../words.ts'
import { readLiveWorkers } from '../workers.ts'
import { type Finding, ok, wrong } from './finding.ts'

export async function checkWorkers(db: Kysely<Database>): Promise<Finding> {
  const workers = await readLiveWorkers(db)
  if (workers.length === 0) {
    return wrong('workers', 'none is running: events are received and wait', 'Start one: `npm run worker`.')
  }
  const where = workers.map(({ host, pid }) => `${host} (process ${pid})`).join(', ')
  return ok('workers', `${countText(workers.length, 'process runs', 'processes run')}: ${where}`)
}

/** What belongs together but is not: looked for among things that have had a minute to get there. */
export async function checkEvents(db: Kysely<Database>): Promise<Finding[]> {
  const { strayLetters, lostFailures, lostEvents } = await countStrays(db)
  const findings: Finding[] = []
  if (strayLetters > 0) {
    findings.push(
      wrong(
        'dead letters',
        `${countText(strayLetters, 'dead letter')} without a failed event: it was done after all, waits again, or is gone`,
        'Run `npm run ops -- redrive`: it removes those. If there are more soon, see that a worker runs.',
      ),
    )
  }
  if (lostFailures > 0) {
    findings.push(
      wrong(
        'dead letters',
        `${countText(lostFailures, 'failed event')} without a dead letter and without a job`,
        'Run `npm run ops -- replay --status failed` once the cause is mended.',
      ),
    )
  }
  if (lostEvents > 0) {
    findings.push(
      wrong(
        'events',
        `${countText(lostEvents, 'event')} received but not processed, and without a job: somebody deleted jobs`,
        'Run `npm run ops -- replay --status received`.',
      ),
    )
  }
  if (findings.length === 0)
    findings.push(ok('events', 'each has the job or the dead letter that it should have'))
  return findings
}

interface Strays {
  readonly strayLetters: number
  readonly lostFailures: number
  readonly lostEvents: number
}

async function countStrays(db: Kysely<Database>): Promise<Strays> {
  const hasLiveJob = sql`(
    exists (
      select from pgboss.job where name = ${EVENTS_QUEUE} and id = event.id
        and state in ('created', 'retry', 'active')
    ) or exists (
      select from pgboss.job where name = ${EVENTS_QUEUE} and source_root_id = event.id
        and state in ('created', 'retry', 'active')
    )
  )`
  const { rows } = await sql<Strays>`
    select
      (
        select count(*)::int from pgboss.job as dead
        left join openphone.webhook_event as event on event.id = dead.source_root_id
        where dead.name = ${DEAD_QUEUE} and dead.source_name = ${EVENTS_QUEUE}
          and dead.created_on < now() - interval '1 minute'
          and event.failed_at is null
      ) as "strayLetters",
      (
        select count(*)::int from openphone.webhook_event as event
        where event.failed_at < now() - interval '1 minute'
          and not exists (
            select from pgboss.job where name = ${DEAD_QUEUE} and source_root_id = event.id
          )
          and not ${hasLiveJob}
      ) as "lostFailures",
      (
        select count(*)::int from openphone.webhook_event as event
        where event.status = 'received' and event.id < openphone.uuid_floor(now() - interval '1 minute')
          and not exists (
            select from pgboss.job where name = ${DEAD_QUEUE} and source_root_id = event.id
          )
          and not ${hasLiveJob}
      ) as "lostEvents"
  `.execute(db)
  return rows[0] ?? { strayLetters: 0, lostFailures: 0, lostEvents: 0 }
}
