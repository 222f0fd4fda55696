import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { createBoss } from '../../../src/queue/boss.ts'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../../src/queue/names.ts'
import { topicOf } from '../../../src/worker/publish.ts'
import { silentLog } from '../../db/prepared.ts'
import type { Provider, Receipt } from './provider.ts'

/** A queue that gets a job in the transaction of each message's effects: one too many is an effect too many. */
const EFFECTS_QUEUE = 'effects'

/** Of an event: the retry limit's, and those whose jobs a crash took back. */
const ATTEMPTS_MAX = 6 + 2

/** Counts effects from now on. */
export async function watchEffects(databaseUrl: string): Promise<void> {
  const boss = createBoss({
    databaseUrl,
    backend: 'postgres',
    workerLoops: 0,
    migrate: false,
    log: silentLog,
  })
  await boss.start()
  await boss.createQueue(EFFECTS_QUEUE, { retentionSeconds: 86_400 })
  await boss.subscribe(topicOf('message.received'), EFFECTS_QUEUE)
  await boss.stop({ graceful: false })
}

/**
 * Waits until every event has come to its end and no job is left, also those of killed workers, which come
 * back when their heartbeat has been missed; and no dead letter of an event that is done.
 */
export async function settle(pool: pg.Pool, limitMs: number): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const { rows } = await pool.query<{ what: string; count: number }>(
      `select 'event ' || status as what, count(*)::int as count from openphone.webhook_event
      where status = 'received' group by status
      union all
      select 'job ' || state, count(*)::int from pgboss.job
      where name = $1 and state in ('created', 'retry', 'active') group by state
      union all
      select 'dead letter, ' || status, count(*)::int
      from pgboss.job join openphone.webhook_event as event on event.id = source_root_id
      where name = $2 and status in ('processed', 'ignored') group by status`,
      [EVENTS_QUEUE, DEAD_QUEUE],
    )
    const ms = performance.now() - startedAt
    if (rows.length === 0) return ms
    if (ms > limitMs) throw new Error(`not settled after ${limitMs} ms: ${JSON.stringify(rows)}`)
    await sleep(250)
  }
}

interface EventFacts {
  id: string
  dedupe_key: string
  status: string
  attempts: number
  jobs: number
  dead: number
  effects: number
}

/**
 * Holds what was accepted against what the database says.
 * @returns what is wrong, a sentence each; none when all is well.
 */
export async function reckon(pool: pg.Pool, { receipts, unexpected }: Provider): Promise<string[]> {
  const { rows } = await pool.query<EventFacts>(
    `select event.id, dedupe_key, status, attempts,
      count(job.id) filter (where job.name = $1)::int as jobs,
      count(job.id) filter (where job.name = $2)::int as dead,
      count(job.id) filter (where job.name = $3)::int as effects
    from openphone.webhook_event as event
    left join pgboss.job as job on job.data ->> 'eventId' = event.id::text
    group by event.id`,
    [EVENTS_QUEUE, DEAD_QUEUE, EFFECTS_QUEUE],
  )
  const messages = await pool.query<{ id: string; body: string }>('select id, body from openphone.message')
  const bodies = new Map(messages.rows.map(({ id, body }) => [id, body]))
  const events = new Map(rows.map((row) => [row.dedupe_key, row]))
  const wrong = receipts.flatMap((receipt) =>
    faultsOf(receipt, events.get(`standard:${receipt.parcel.webhookId}`), bodies),
  )
  const processed = receipts.filter(({ parcel }) => parcel.fate === 'processed').length
  if (rows.length !== receipts.length) wrong.push(`${receipts.length} sent, ${rows.length} events`)
  if (bodies.size !== processed) wrong.push(`${processed} messages sent, ${bodies.size} rows`)
  return [...unexpected, ...wrong]
}

function faultsOf(
  { parcel, eventIds }: Receipt,
  event: EventFacts | undefined,
  bodies: Map<string, string>,
): string[] {
  const { webhookId, fate, messageId, text } = parcel
  if (event === undefined) return [`${webhookId}: accepted and lost`]
  const isProcessed = fate === 'processed'
  const checks: [boolean, string][] = [
    [eventIds.length > 0, 'never accepted'],
    [eventIds.every((id) => id === event.id), `accepted as ${eventIds}, stored as ${event.id}`],
    [event.status === fate, `${event.status}, not ${fate}`],
    [event.jobs === 1, `${event.jobs} jobs`],
    [event.dead === (fate === 'failed' ? 1 : 0), `${event.dead} dead letters`],
    [event.effects === (isProcessed ? 1 : 0), `${event.effects} effects`],
    [event.attempts >= 1 && event.attempts <= ATTEMPTS_MAX, `${event.attempts} attempts`],
    [bodies.get(messageId) === (isProcessed ? text : undefined), 'another message than sent'],
  ]
  return checks.flatMap(([isRight, fault]) => (isRight ? [] : [`${webhookId}: ${fault}`]))
}
