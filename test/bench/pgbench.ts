import { accessSync, constants } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { EVENTS_QUEUE } from '../../src/queue/names.ts'
import type { Bench } from './bench.ts'
import { messageBodies } from './events/messages.ts'

/**
 * One event and its job in one transaction, as one statement: no application can store them one by one with fewer
 * round trips. The columns are those that the outbox writes; nobody is notified. A colon before a letter is a
 * variable to pgbench, even between quotes.
 */
const script = `
\\set high random(0, 281474976710655)
\\set low random(0, 281474976710655)
with event as (
  insert into openphone.webhook_event (id, dedupe_key, type, scheme, api_version, provider_event_id, occurred_at, payload)
  select
    (
      lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
      || '7' || lpad(to_hex(:high::bigint % 4096), 3, '0') || '8000' || lpad(to_hex(:low::bigint), 12, '0')
    )::uuid,
    'standard' || chr(58) || 'msg_' || :high::bigint || '.' || :low::bigint, 'message.received', 'standard', '2026-03-30',
    'EV' || :low::bigint, now(), :body::json
  on conflict (dedupe_key) do nothing
  returning id, type
)
insert into pgboss.job (
  id, name, data, start_after, created_on, expire_seconds, deletion_seconds, keep_until,
  retry_limit, retry_delay, retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds
)
select
  event.id, queue.name, jsonb_build_object('eventId', event.id, 'type', event.type), now(), now(),
  queue.expire_seconds, queue.deletion_seconds, now() + queue.retention_seconds * interval '1s',
  queue.retry_limit, queue.retry_delay, queue.retry_backoff, queue.retry_delay_max, queue.policy,
  queue.dead_letter, queue.heartbeat_seconds
from event, pgboss.queue where queue.name = '${EVENTS_QUEUE}';
`

/** Every session reads the catalogue and plans the statement before it is of use. */
const WARMUP_SECONDS = 2

/** Transactions per second; undefined, with a note, when there is no pgbench on the PATH. */
export async function pgbench(
  bench: Bench,
  databaseUrl: string,
  { clients, seconds }: { clients: number; seconds: number },
): Promise<number | undefined> {
  const command = findOnPath('pgbench')
  if (command === undefined) {
    bench.note('The limit of storing one by one is left out: there is no pgbench on the PATH.')
    return undefined
  }
  bench.progress(`a  pgbench, ${clients} clients`)
  const [body = Buffer.alloc(0)] = messageBodies(1)
  const file = join(bench.folder, 'pgbench.sql')
  await writeFile(file, script)
  const url = new URL(databaseUrl)
  const password = decodeURIComponent(url.password)
  // Not on the command line, where every user of the machine sees it.
  url.password = ''
  const { child, ended } = bench.processes.start({
    command,
    args: [
      ...['--no-vacuum', '--protocol=prepared', `--client=${clients}`, '--progress=1'],
      ...[`--time=${WARMUP_SECONDS + seconds}`, '--define', `body=${body}`, '--file', file, url.href],
    ],
    env: { PGPASSWORD: password },
    output: 'pipe',
  })
  child.stdout?.resume()
  const said = child.stderr === null ? '' : await text(child.stderr)
  const code = await ended
  if (code !== 0) throw new Error(`pgbench failed (${code}):\n${said}`)
  // One line a second.
  const rates = [...said.matchAll(/^progress: [\d.]+ s, ([\d.]+) tps/gm)].map(([, rate]) => Number(rate))
  const measured = rates.slice(WARMUP_SECONDS)
  return measured.reduce((sum, rate) => sum + rate, 0) / measured.length
}

function findOnPath(name: string): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
