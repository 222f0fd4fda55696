import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { PgBoss } from 'pg-boss'
import type { Test } from 'tap'
import { storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import { createBoss } from '../../src/queue/boss.ts'
import { DEAD_QUEUE } from '../../src/queue/names.ts'
import { notifyWorkers } from '../../src/queue/notifications.ts'
import { type Delivery, toDelivery } from '../../src/webhook/delivery.ts'
import { parseEnvelope } from '../../src/webhook/envelope.ts'
import { rowOf, silentLog } from '../db/prepared.ts'
import { type Pipeline, type PipelineOptions, startPipeline } from '../helper/pipeline.ts'

/** The delivery of an envelope, under a webhook-id of its own. */
export function deliveryOf(envelope: object): Delivery {
  const body = Buffer.from(JSON.stringify(envelope))
  return toDelivery({ scheme: 'standard', webhookId: `msg_${randomUUID()}` }, parseEnvelope(body), body)
}

/** A text that came in, in the current shape. */
export function messageReceived(messageId: string, { text = 'Hello', from = '+15555550101' } = {}): Delivery {
  const createdAt = '2026-05-01T12:00:00.000Z'
  return deliveryOf({
    id: `EV${messageId}`,
    apiVersion: '2026-03-30',
    createdAt,
    type: 'message.received',
    data: {
      resource: { id: messageId, direction: 'incoming', text, media: [], status: 'received', createdAt },
      context: { senderIdentifier: from, recipientIdentifiers: ['+15555550199'] },
      links: { quo: null },
    },
  })
}

/** Stores deliveries with their jobs in one transaction. @returns the ids of their events. */
export async function store(pool: pg.Pool, deliveries: readonly Delivery[]): Promise<string[]> {
  const stored = await storeDeliveriesIn(pool, { notify: true })(deliveries)
  return stored.map(({ eventId }) => eventId)
}

/** Starts pg-boss as a worker with so many loops has it; ended with the test. */
export async function startBoss(t: Test, databaseUrl: string, workerLoops: number): Promise<PgBoss> {
  const boss = createBoss({ databaseUrl, backend: 'postgres', workerLoops, migrate: false, log: silentLog })
  await boss.start()
  t.teardown(() => boss.stop({ graceful: false }))
  return boss
}

/** Starts a process that only works, one batch at a time. */
export function startWorker(
  t: Test,
  databaseUrl: string,
  { env, ...options }: PipelineOptions = {},
): Promise<Pipeline> {
  return startPipeline(t, {
    databaseUrl,
    ...options,
    env: { ROLE: 'worker', WORKER_CONCURRENCY: '1', ...env },
  })
}

export interface JobRow {
  id: string
  name: string
  state: string
  retry_count: number
  output: { message?: string; value?: { message?: string } } | null
  start_after: Date
  started_on: Date | null
  source_id: string | null
  source_output: JobRow['output']
}

/** The jobs of an event in every queue, the oldest first. */
export async function jobsOf(pool: pg.Pool, eventId: string): Promise<JobRow[]> {
  const { rows } = await pool.query<JobRow>(
    `select * from pgboss.job where data ->> 'eventId' = $1 order by created_on, id`,
    [eventId],
  )
  return rows
}

/** The dead letter of an event, once it is there. */
export function deadLetterOf(pool: pg.Pool, eventId: string): Promise<JobRow> {
  return rowOf(pool, `select * from pgboss.job where name = $1 and data ->> 'eventId' = $2`, [
    DEAD_QUEUE,
    eventId,
  ])
}

/** An event's job, once it waits for a retry. That is due half a minute later. */
export function retryOf(pool: pg.Pool, eventId: string): Promise<JobRow> {
  return rowOf(pool, `select * from pgboss.job where data ->> 'eventId' = $1 and state = 'retry'`, [eventId])
}

/** Waits until an event's job waits for a retry, moves the clock to that, and calls the workers. */
export async function retryNow(pool: pg.Pool, eventId: string): Promise<void> {
  const { id } = await retryOf(pool, eventId)
  await pool.query('update pgboss.job set start_after = now() where id = $1', [id])
  await pool.query(`select ${notifyWorkers}`)
}

export interface AttemptLine {
  eventId: string
  jobId: string
  type: string
  attempt: number
  outcome: string
}

/** The lines a worker logged of its attempts. */
export function attemptLines({ logLines }: Pipeline): AttemptLine[] {
  return logLines.map((line) => JSON.parse(line)).filter((line) => line.event === 'attempt')
}

/** Makes the database refuse to write these messages, until the function it returns is called. */
export async function refuseMessages(pool: pg.Pool, ids: readonly string[]): Promise<() => Promise<void>> {
  await pool.query(`
    create function openphone.refuse() returns trigger language plpgsql as $$
    begin
      if new.id = any (tg_argv[0]::text[]) then raise exception 'no room for %', new.id; end if;
      return new;
    end $$;
    create trigger refuse before insert or update on openphone.message
    for each row execute function openphone.refuse('{${ids.join(',')}}')`)
  return async () => {
    await pool.query('drop function openphone.refuse() cascade')
  }
}
