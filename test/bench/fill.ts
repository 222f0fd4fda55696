import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { createPool } from '../../src/db/pool.ts'
import { GroupCommit } from '../../src/outbox/outbox.ts'
import { storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import { toDelivery } from '../../src/webhook/delivery.ts'
import { parseEnvelope } from '../../src/webhook/envelope.ts'
import type { Bench } from './bench.ts'
import type { Database } from './postgres.ts'

/** Submitted at once: as many as the outbox lets wait by default. */
const AT_ONCE = 4_096

/** Stores events with their jobs through the application's outbox. */
export async function fill(bench: Bench, database: Database, bodies: Iterable<Buffer>): Promise<void> {
  const pool = createPool({
    url: database.url,
    size: 3,
    applicationName: 'openphone-bench-fill',
    statementTimeoutMs: 60_000,
    log: pino({ level: 'silent' }),
  })
  const outbox = new GroupCommit({
    store: storeDeliveriesIn(pool, { notify: true }),
    waitingMax: AT_ONCE + 1,
    waitingBytesMax: Number.POSITIVE_INFINITY,
  })
  try {
    let submitted: Promise<unknown>[] = []
    for (const body of bodies) {
      const verified = { scheme: 'standard', webhookId: `msg_${randomBytes(12).toString('hex')}` } as const
      submitted.push(outbox.submit(toDelivery(verified, parseEnvelope(body), body)))
      if (submitted.length < AT_ONCE) continue
      await Promise.all(submitted)
      submitted = []
      bench.signal.throwIfAborted()
    }
    await Promise.all(submitted)
  } finally {
    await outbox.close()
    await pool.end()
  }
}
