import { TimedOutError } from '../../src/bounded-call.ts'
import { OverloadedError } from '../../src/outbox/errors.ts'
import { GroupCommit } from '../../src/outbox/outbox.ts'
import { storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import { connect, prepareTestDatabase, rowOf } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { buildDelivery } from './build.ts'

const LIMIT_MS = 400

t.test('a database that does not answer', async (t) => {
  const { pool } = await prepareTestDatabase(t)
  const outbox = new GroupCommit({
    store: storeDeliveriesIn(pool, { notify: true }),
    waitingMax: 100,
    waitingBytesMax: 1 << 20,
    answerLimitMs: LIMIT_MS,
  })
  const holder = await connect(t, pool)
  await holder.query('begin')
  await holder.query('lock table openphone.webhook_event in access exclusive mode')

  const deliveries = Array.from({ length: 6 }, () => buildDelivery())
  const startedAt = performance.now()
  const answers = deliveries.map((delivery) =>
    outbox.submit(delivery).then(
      () => ({ error: undefined, ms: performance.now() - startedAt }),
      (error: unknown) => ({ error, ms: performance.now() - startedAt }),
    ),
  )
  const results = await Promise.all(answers)

  await t.test('fails what is under way when its time is over', async (t) => {
    for (const { error } of results.slice(0, 2)) t.type(error, TimedOutError)
  })

  await t.test('fails what waits behind that no later', async (t) => {
    for (const { error } of results.slice(2))
      t.ok(error instanceof TimedOutError || error instanceof OverloadedError)
    for (const { ms } of results) t.ok(ms < LIMIT_MS + 300, `after ${Math.round(ms)} ms`)
    t.equal(outbox.waitingCount, 0)
  })

  await t.test('may have stored it all the same, and takes it again as a duplicate', async (t) => {
    await holder.query('rollback')
    const { id } = await rowOf<{ id: string }>(
      pool,
      'select id from openphone.webhook_event where dedupe_key = $1',
      [deliveries[0]?.dedupeKey],
    )
    t.same(await outbox.submit(deliveries[0] ?? buildDelivery()), { status: 'duplicate', eventId: id })
    for (const delivery of deliveries.slice(1)) await outbox.submit(delivery)
    const { rows } = await pool.query('select count(*)::int as events from openphone.webhook_event')
    t.same(rows, [{ events: deliveries.length }])
  })
})
