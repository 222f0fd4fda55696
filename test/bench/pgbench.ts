import { accessSync, constants, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EVENTS_QUEUE } from '../../src/queue/names.ts'
import type { Bench } from './bench.ts'
import { messageBodies } from './events/messages.ts'
import type { Database } from './postgres.ts'

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

/** Longer than any measurement; it is stopped when that is done. */
const SECONDS_MAX = 3_600

export interface Pgbench {
  readonly pid: number
  /** Ends it; what it is about to store is not stored. @throws Error when it had failed before. */
  stop(): Promise<void>
}

/** Starts pgbench, and waits until its first event is stored. Undefined, with a note, when there is none. */
export async function startPgbench(
  bench: Bench,
  database: Database,
  clients: number,
): Promise<Pgbench | undefined> {
  const command = findPgbench()
  if (command === undefined) {
    bench.note(
      'the limit of storing one by one is left out: there is no pgbench on the PATH, nor in /usr/lib/postgresql. Debian has it in postgresql-contrib.',
    )
    return undefined
  }
  const [body = Buffer.alloc(0)] = messageBodies(1)
  const file = join(bench.folder, 'pgbench.sql')
  await writeFile(file, script)
  const url = new URL(database.url)
  const password = decodeURIComponent(url.password)
  // Not on the command line, where every user of the machine sees it.
  url.password = ''
  const logFile = join(bench.folder, 'pgbench.log')
  const { child, ended } = bench.processes.start({
    command,
    args: [
      ...['--no-vacuum', '--protocol=prepared', `--client=${clients}`, `--time=${SECONDS_MAX}`],
      ...['--define', `body=${body}`, '--file', file, url.href],
    ],
    env: { PGPASSWORD: password },
    output: { file: logFile },
  })
  const failed = ended.then(async (code): Promise<never> => {
    throw new Error(`pgbench failed (${code}):\n${await readFile(logFile, 'utf8')}`)
  })
  failed.catch(() => {})
  await Promise.race([failed, untilStored(bench, database)])
  return {
    pid: child.pid as number,
    stop: async () => {
      // Debian's is a script that becomes the program, so this reaches it.
      const isRunning = child.kill('SIGTERM')
      if (!isRunning) await failed
      await ended
    },
  }
}

async function untilStored(bench: Bench, { pool }: Database): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ stored: boolean }>(
      'select exists (select from openphone.webhook_event) as stored',
    )
    if (rows[0]?.stored) return
    await sleep(20, undefined, { signal: bench.signal })
  }
}

/** On the PATH, or where Debian's packages keep it; the newest version there. */
function findPgbench(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'pgbench'))
  return [...onPath, ...packaged()].find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const PACKAGES = '/usr/lib/postgresql'

function packaged(): string[] {
  try {
    const versions = readdirSync(PACKAGES).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(PACKAGES, version, 'bin', 'pgbench'))
  } catch {
    return []
  }
}
