import type pg from 'pg'

export interface Fill {
  readonly events: number
  /** Of those, how many have failed, each with its dead letter; at least one. */
  readonly failures: number
  /** Over how many days up to now the events came. */
  readonly days: number
}

/** Phone numbers that the events come from, each as often as any other. */
export const CUSTOMERS = 5_000

/** Stored by one statement. */
const EVENTS_AT_ONCE = 250_000

/**
 * Fills an empty database as if it had run for that long: finished jobs are kept for a day.
 * @param progress told how many events are stored.
 */
export async function fillLikeAfterMonths(
  pool: pg.Pool,
  fill: Fill,
  progress: (stored: number) => void = () => {},
): Promise<void> {
  for (let stored = 0; stored < fill.events; stored += EVENTS_AT_ONCE) {
    await storeEvents(pool, fill, stored + 1, Math.min(fill.events, stored + EVENTS_AT_ONCE))
    progress(Math.min(fill.events, stored + EVENTS_AT_ONCE))
  }
  await storeJobs(pool)
  for (const table of ['openphone.webhook_event', 'pgboss.job']) await pool.query(`vacuum (analyze) ${table}`)
}

async function storeEvents(
  pool: pg.Pool,
  { events, failures, days }: Fill,
  from: number,
  to: number,
): Promise<void> {
  await pool.query(
    `insert into openphone.webhook_event (
      id, dedupe_key, type, scheme, api_version, provider_event_id, occurred_at, received_at, payload,
      status, attempts, last_error, processed_at, failed_at
    )
    select
      (substr(openphone.uuid_floor(at)::text, 1, 15) || substr(noise, 1, 3) || '-8' || substr(noise, 4, 3)
        || '-' || substr(noise, 7, 12))::uuid,
      'standard:msg_' || noise, type, 'standard', '2026-03-30', 'EV' || noise, at, at,
      json_build_object('id', 'EV' || noise, 'type', type, 'apiVersion', '2026-03-30', 'createdAt', at,
        'data', json_build_object('resource', json_build_object('id', 'AC' || noise, 'text', repeat(noise, 8)),
        'context', json_build_object('senderIdentifier', '+1555' || lpad((number % $6)::text, 7, '0')))),
      case when has_failed then 'failed' else 'processed' end,
      case when has_failed then 6 else 1 end,
      case when has_failed then 'Error: the database refused it (' || number % 7 || ')' end,
      case when not has_failed then at + interval '8 ms' + interval '30 ms' * random() end,
      case when has_failed then at + interval '1 hour' end
    from (
      select
        number, md5(number::text) as noise,
        now() - $3 * interval '1 day' * (1 - number::float8 / $1) - interval '1 second' as at,
        (array['message.received', 'message.delivered', 'call.completed', 'contact.updated'])[1 + number % 4]
          as type,
        -- Those of the last hours have not failed yet.
        number % ($1::int / $2::int) = 0 and number < $1 * 0.99 as has_failed
      from generate_series($4::int, $5::int) as number
    ) as made`,
    [events, failures, days, from, to, CUSTOMERS],
  )
}

async function storeJobs(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into pgboss.job (id, name, data, state, created_on, start_after, started_on, completed_on,
      keep_until, dead_letter, deletion_seconds)
    select id, 'openphone-events', jsonb_build_object('eventId', id, 'type', type), 'completed', received_at,
      received_at, received_at + interval '5 ms', processed_at + interval '2 ms', now() + interval '10 years',
      'openphone-dead', 86400
    from openphone.webhook_event
    where status = 'processed' and received_at > now() - interval '24 hours'`,
  )
  await pool.query(
    `insert into pgboss.job (name, data, created_on, start_after, keep_until, source_name, source_id,
      source_created_on, source_retry_count, source_output, source_root_id)
    select 'openphone-dead', jsonb_build_object('eventId', id, 'type', type), failed_at, failed_at,
      now() + interval '10 years', 'openphone-events', id, received_at, 5,
      jsonb_build_object('message', last_error), id
    from openphone.webhook_event where failed_at is not null`,
  )
  await pool.query(
    `insert into pgboss.job (name, data, keep_until, dead_letter, source_root_id)
    select 'openphone-events', jsonb_build_object('eventId', id, 'type', type), now() + interval '10 years',
      'openphone-dead', id
    from openphone.webhook_event order by id desc limit 2000`,
  )
}

/** The messages of the events that tell of one: what a search by phone number goes by. */
export async function storeMessages(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into openphone.message (id, direction, status, from_number, contact_phone, body, created_at)
    select payload #>> '{data,resource,id}', 'incoming', 'received', payload #>> '{data,context,senderIdentifier}',
      payload #>> '{data,context,senderIdentifier}', payload #>> '{data,resource,text}', received_at
    from openphone.webhook_event where type in ('message.received', 'message.delivered') and status = 'processed'`,
  )
  await pool.query('vacuum (analyze) openphone.message')
}
