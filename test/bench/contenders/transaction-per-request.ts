import type { Kysely } from 'kysely'
import { fromKysely, type PgBoss } from 'pg-boss'
import { v7 as uuidv7 } from 'uuid'
import { createPool } from '../../../src/db/pool.ts'
import type { Outbox } from '../../../src/outbox/outbox.ts'
import type { Stored } from '../../../src/outbox/store-deliveries.ts'
import { createBoss } from '../../../src/queue/boss.ts'
import { EVENTS_QUEUE } from '../../../src/queue/names.ts'
import { createDatabase, type Database } from '../../../src/tables/database.ts'
import type { Delivery } from '../../../src/webhook/delivery.ts'
import { serve } from './serve.ts'

// The ordinary way: each request has a transaction, in which Kysely inserts the event and pg-boss sends the job.

class TransactionPerRequest implements Outbox {
  readonly #db: Kysely<Database>
  readonly #boss: PgBoss

  constructor(db: Kysely<Database>, boss: PgBoss) {
    this.#db = db
    this.#boss = boss
  }

  refusal(): undefined {}

  submit(delivery: Delivery): Promise<Stored> {
    const id = uuidv7()
    const { dedupeKey, type } = delivery
    return this.#db.transaction().execute(async (trx) => {
      const inserted = await trx
        .insertInto('webhook_event')
        .values({
          id,
          dedupe_key: dedupeKey,
          type,
          scheme: delivery.scheme,
          api_version: delivery.apiVersion,
          provider_event_id: delivery.providerEventId,
          occurred_at: delivery.occurredAt,
          payload: delivery.payload.toString(),
        })
        .onConflict((conflict) => conflict.column('dedupe_key').doNothing())
        .returning('id')
        .executeTakeFirst()
      if (inserted === undefined) {
        const first = await trx
          .selectFrom('webhook_event')
          .select('id')
          .where('dedupe_key', '=', dedupeKey)
          .executeTakeFirstOrThrow()
        return { status: 'duplicate', eventId: first.id }
      }
      await this.#boss.send(EVENTS_QUEUE, { eventId: id, type }, { id, db: fromKysely(trx) })
      return { status: 'queued', eventId: id }
    })
  }
}

await serve(async (config, log) => {
  const databaseUrl = config.databaseUrl ?? ''
  const pool = createPool({
    url: databaseUrl,
    size: config.databasePoolSize,
    applicationName: 'transaction-per-request',
    statementTimeoutMs: 5_000,
    log,
  })
  const boss = createBoss({
    databaseUrl,
    backend: config.databaseBackend,
    workerLoops: 0,
    migrate: false,
    log,
  })
  await boss.start()
  return {
    outbox: new TransactionPerRequest(createDatabase(pool), boss),
    close: async () => {
      await boss.stop({ graceful: false })
      await pool.end()
    },
  }
})
