import assert from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { PermanentError } from '../../src/errors.ts'
import { registry } from '../../src/events/index.ts'
import type { Envelope } from '../../src/samples/index.ts'
import { parseEnvelope } from '../../src/webhook/envelope.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import { deliveryOf, messageReceived, startWorker, store } from '../worker/fixture.ts'
import { aftermath, NO_RETRIES } from './aftermath.ts'
import { hostileEnvelope } from './envelopes.ts'

const SETTLE_LIMIT_MS = 20_000

t.test('whatever is in data, it is translated or refused for good', async () => {
  fc.assert(
    fc.property(hostileEnvelope, (envelope) => {
      try {
        translate(envelope)
      } catch (error) {
        assert(error instanceof PermanentError, String(error))
      }
    }),
    { numRuns: 3_000 },
  )
})

t.test('whatever is in data, the database takes it or the event fails alone', async (t) => {
  const { url, pool } = await prepareTestDatabase(t, NO_RETRIES)
  const worker = await startWorker(t, url, { env: NO_RETRIES })
  let innocents = 0
  await fc.assert(
    fc.asyncProperty(fc.array(hostileEnvelope, { minLength: 1, maxLength: 40, size: 'max' }), async (bad) => {
      // Before, between and after them, in the same batch.
      const good = [0, 1, 2].map(() => messageReceived(`ACinnocent${innocents++}`))
      const hostile = bad.map(deliveryOf)
      const middle = hostile.length >> 1
      const [first, second, third] = good
      assert(first && second && third)
      const ids = await store(pool, [
        first,
        ...hostile.slice(0, middle),
        second,
        ...hostile.slice(middle),
        third,
      ])
      assert.deepStrictEqual(await aftermath(pool, SETTLE_LIMIT_MS), [])
      for (const id of [ids[0], ids[middle + 1], ids.at(-1)]) {
        assert(id)
        assert.strictEqual((await worker.eventWith(id, 'processed')).attempts, 1)
      }
      await pool.query('delete from openphone.webhook_event; delete from pgboss.job')
    }),
    { numRuns: 15, endOnFailure: false },
  )
  const { rows } = await pool.query(
    `select count(*)::int as count from openphone.message where id like 'ACinnocent%'`,
  )
  t.same(rows, [{ count: innocents }], 'and those beside it are processed')
})

/** As the worker does, with what the database gives back. */
function translate(envelope: Envelope) {
  const body = Buffer.from(JSON.stringify(envelope))
  const { type, apiVersion, occurredAt } = parseEnvelope(body)
  const translator = registry.translators.get(type)
  assert(translator, type)
  return translator({ id: 'event', type, apiVersion, occurredAt, payload: JSON.parse(body.toString()) })
}
