import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { OpsApplication } from './ops-application.ts'
import { ANSWER_LIMIT_MS, type OpsFigure } from './ops-figure.ts'
import { median } from './statistics.ts'

const REPETITIONS = 5

/** Answers about the whole are shared for two seconds; none of those is to be measured. */
const SHARED_MS = 2_100

interface Known {
  readonly id: string
  readonly provider_event_id: string
  readonly delivery: string
  readonly object: string
  readonly number: string
  readonly error: string
}

/** Asks for everything that `/ops/api` lists, with each filter and each thing that can be searched by. */
export async function askApi(
  pool: pg.Pool,
  application: OpsApplication,
  tell: (figure: OpsFigure) => void,
): Promise<void> {
  const paths = [...Object.entries(wholes), ...Object.entries(await lists(pool))]
  const times = new Map<string, number[]>(paths.map(([label]) => [label, []]))
  const found = new Map<string, number>()
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    const began = performance.now()
    for (const [label, path] of paths) {
      const { answer, milliseconds } = await application.ask<{ events?: unknown[] }>(path)
      times.get(label)?.push(milliseconds)
      if (answer.events !== undefined) found.set(label, answer.events.length)
    }
    await sleep(Math.max(0, began + SHARED_MS - performance.now()))
  }
  for (const [label, each] of times) {
    const events = found.has(label) ? `, ${found.get(label)} events` : ''
    const note = `the first time ${each[0]?.toFixed(1)}, the slowest ${Math.max(...each).toFixed(1)}${events}`
    tell({ label, milliseconds: median(each), limitMilliseconds: ANSWER_LIMIT_MS, note })
  }
}

const wholes: Readonly<Record<string, string>> = {
  overview: 'overview',
  queues: 'queues',
  'failures by type and error': 'failures',
  'throughput, the last hour': 'throughput?range=1h',
  'throughput, 24 hours': 'throughput?range=24h',
}

const DAY_MS = 86_400_000

/** Paths by what they ask for. */
async function lists(pool: pg.Pool): Promise<Record<string, string>> {
  const newest = await known(pool, 'id desc', `type = 'message.received' and status = 'processed'`)
  const oldest = await known(pool, 'id', `type = 'message.received' and status = 'processed'`)
  const failed = await known(pool, 'failed_at, id', 'failed_at is not null')
  const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString()
  const some: Readonly<Record<string, string>> = {
    'events, the newest': '',
    'events, 200 of them': 'limit=200',
    ...byEach('status', ['received', 'processed', 'ignored', 'failed']),
    ...byEach('type', ['message.received', 'contact.updated', 'nobody.has.it']),
    'events, error=…': `error=${encodeURIComponent(failed.error)}`,
    'events, error= (none)': 'error=',
    'events, since a day ago': `since=${ago(1)}`,
    'events, until 20 days ago': `until=${ago(20)}`,
    'events, a day 20 days ago, type=nobody.has.it': `since=${ago(21)}&until=${ago(20)}&type=nobody.has.it`,
    'events, status=failed&type=message.received': 'status=failed&type=message.received',
    'events, status=failed&type=nobody.has.it': 'status=failed&type=nobody.has.it',
    'events, status=failed&error=…': `status=failed&error=${encodeURIComponent(failed.error)}`,
    'events, status=failed&error=nobody has it': 'status=failed&error=nobody%20has%20it',
    'events, status=failed, a day 20 days ago': `status=failed&since=${ago(21)}&until=${ago(20)}`,
    'search, a number': search(newest.number),
    'search, a number and a type': `${search(newest.number)}&type=message.received`,
    'search, a number among failed events': `${search(failed.number)}&status=failed`,
    'search, a number among ignored events': `${search(newest.number)}&status=ignored`,
    'search, a number, a week 20 days ago': `${search(newest.number)}&since=${ago(27)}&until=${ago(20)}`,
    'search, a number that nobody has': search('+14155550123'),
    'search, a message, new': search(newest.object),
    'search, a message, old': search(oldest.object),
    'search, a delivery, old': search(oldest.delivery),
    'search, an event of the provider, new': search(newest.provider_event_id),
    'search, an event of the provider, old': search(oldest.provider_event_id),
    'search, an event, old': search(oldest.id),
    'search, an id that nobody has': search('EV00000000000000000000000000000000'),
    'search, a UUID that nobody has': search('01a20b9c-34df-74d5-8c10-e9912f20367c'),
  }
  return {
    ...Object.fromEntries(Object.entries(some).map(([label, query]) => [label, `events?${query}`])),
    'objects of a number': `objects?${search(newest.number)}`,
    'objects of a number that nobody has': `objects?${search('+14155550123')}`,
    'objects of an id': `objects?${search(oldest.object)}`,
    'one event, processed': `events/${newest.id}`,
    'one event, failed': `events/${failed.id}`,
  }
}

function byEach(name: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((value) => [`events, ${name}=${value}`, `${name}=${value}`]))
}

function search(text: string): string {
  return `search=${encodeURIComponent(text)}`
}

async function known(pool: pg.Pool, order: string, condition: string): Promise<Known> {
  const { rows } = await pool.query<Known>(
    `select id, provider_event_id, replace(dedupe_key, 'standard:', '') as delivery, last_error as error,
      payload #>> '{data,resource,id}' as object, payload #>> '{data,context,senderIdentifier}' as number
    from openphone.webhook_event where ${condition} order by ${order} limit 1`,
  )
  if (rows[0] === undefined) throw new Error(`There is no event with ${condition}`)
  return rows[0]
}
