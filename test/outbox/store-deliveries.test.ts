import { storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import { EVENTS_QUEUE } from '../../src/queue/names.ts'
import { prepareTestDatabase, startTestBoss, testPool } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { buildDelivery } from './build.ts'

t.test('the storing of a group', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  const store = storeDeliveriesIn(pool, { notify: true })
  const countOf = async (table: string): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from ${table}`)
    return rows[0]?.count ?? Number.NaN
  }
  const jobCount = () => countOf(`pgboss.job where name = '${EVENTS_QUEUE}'`)
  t.afterEach(() => pool.query('truncate openphone.webhook_event, pgboss.job'))

  await t.test('stores deliveries that are all new, each with a job of the same id', async (t) => {
    const deliveries = Array.from({ length: 20 }, () => buildDelivery())
    const stored = await store(deliveries)
    t.same(new Set(stored.map(({ status }) => status)), new Set(['queued']))
    t.equal(new Set(stored.map(({ eventId }) => eventId)).size, 20, 'ids of their own')
    t.equal(await countOf('openphone.webhook_event join pgboss.job using (id)'), 20)
    t.equal(await jobCount(), 20)
  })

  await t.test('keeps what is known of a delivery', async (t) => {
    const delivery = buildDelivery({
      scheme: 'legacy',
      type: 'call.completed',
      apiVersion: 'v4',
      occurredAt: new Date('2026-02-03T04:05:06.789Z'),
    })
    const before = Date.now()
    const [stored] = await store([delivery])
    const event = await db.selectFrom('webhook_event').selectAll().executeTakeFirstOrThrow()
    t.match(event, {
      id: stored?.eventId,
      dedupe_key: delivery.dedupeKey,
      type: 'call.completed',
      scheme: 'legacy',
      api_version: 'v4',
      provider_event_id: delivery.providerEventId,
      occurred_at: delivery.occurredAt,
      payload: JSON.parse(delivery.payload.toString()),
      status: 'received',
      attempts: 0,
      last_error: null,
      processed_at: null,
      failed_at: null,
    })
    const ageMs = event.received_at.getTime() - before
    t.ok(ageMs > -1_000 && ageMs < 10_000, 'received now')
  })

  await t.test('keeps what is not known as null', async (t) => {
    await store([buildDelivery({ apiVersion: null, providerEventId: null, occurredAt: null })])
    const event = await db.selectFrom('webhook_event').selectAll().executeTakeFirstOrThrow()
    t.match(event, { api_version: null, provider_event_id: null, occurred_at: null })
  })

  await t.test('queues one of two equal deliveries of a group and calls the other a duplicate', async (t) => {
    const twice = buildDelivery()
    const stored = await store([buildDelivery(), { ...twice }, buildDelivery(), { ...twice }])
    t.same(stored.map(({ status }) => status).sort(), ['duplicate', 'queued', 'queued', 'queued'])
    t.equal(stored[1]?.eventId, stored[3]?.eventId, 'both name the event that was stored')
    t.equal(await countOf('openphone.webhook_event'), 3)
    t.equal(await jobCount(), 3)
  })

  await t.test('calls the same delivery a duplicate even as the very same value', async (t) => {
    const twice = buildDelivery()
    const stored = await store([twice, twice])
    t.equal(stored[0]?.eventId, stored[1]?.eventId)
    t.equal(await jobCount(), 1)
  })

  await t.test('calls a delivery that is stored already a duplicate of the first', async (t) => {
    const first = buildDelivery()
    const [stored] = await store([first])
    const again = await store([{ ...first, payload: Buffer.from('{"other":"body"}') }])
    t.same(again, [{ status: 'duplicate', eventId: stored?.eventId }])
    t.equal(await jobCount(), 1, 'without a second job')
    const event = await db.selectFrom('webhook_event').select('payload').executeTakeFirstOrThrow()
    t.same(event.payload, JSON.parse(first.payload.toString()), 'and the first body stays')
  })

  await t.test('answers in the order of the deliveries, whatever their keys', async (t) => {
    const known = buildDelivery({ dedupeKey: 'standard:m' })
    const [first] = await store([known])
    const keys = ['standard:z', 'standard:m', 'standard:a', 'standard:ä', 'standard:Z', 'standard:😀']
    const stored = await store(keys.map((dedupeKey) => buildDelivery({ dedupeKey })))
    const { rows } = await pool.query<{ id: string; dedupe_key: string }>(
      'select id, dedupe_key from openphone.webhook_event',
    )
    const idOf = new Map(rows.map((row) => [row.dedupe_key, row.id]))
    t.same(
      stored.map(({ eventId }) => eventId),
      keys.map((key) => idOf.get(key)),
    )
    t.same(stored[1], { status: 'duplicate', eventId: first?.eventId })
  })

  await t.test('gives events ids in the order of their arrival', async (t) => {
    const [first] = await store([buildDelivery()])
    const [second] = await store([buildDelivery()])
    t.ok(String(first?.eventId) < String(second?.eventId))
  })

  await t.test('keeps the bytes of a body exactly', async (t) => {
    const bodies = {
      spaces: ' {\n\t"type" :  "x" , "data":{ } }\r\n ',
      'key order': '{"type":"x","data":{"b":1,"a":2,"10":3,"9":4}}',
      'duplicate keys': '{"type":"x","type":"y","data":{"a":1,"a":2}}',
      'spelling of numbers': '{"type":"x","data":{"a":1.0,"b":1e2,"c":-0,"d":12345678901234567890.123}}',
      'escapes of NUL': '{"type":"x","data":{"text":"a\\u0000b"}}',
      'escapes of halves of surrogate pairs': '{"type":"x","data":{"text":"\\ud83d"}}',
      'escaped slashes and letters': '{"type":"x","data":{"url":"https:\\/\\/example.com","a":"\\u00e9"}}',
      'emoji and accents': '{"type":"x","data":{"text":"👩‍👩‍👧 Ünïcödé \u2028 e\u0301"}}',
      quotes: `{"type":"x","data":{"text":"'; drop table webhook_event; -- \\" $1 \\\\"}}`,
    }
    for (const [name, body] of Object.entries(bodies)) {
      const [stored] = await store([buildDelivery({ payload: Buffer.from(body) })])
      const { rows } = await pool.query<{ text: string }>(
        'select payload::text as text from openphone.webhook_event where id = $1',
        [stored?.eventId],
      )
      t.equal(rows[0]?.text, body, name)
    }
  })

  await t.test('keeps a body of one mebibyte, and several in one group', async (t) => {
    const start = '{"type":"message.received","data":{"text":"'
    const end = '"}}'
    const body = Buffer.from(start + '💬'.repeat((1024 * 1024 - start.length - end.length) / 4) + end)
    const deliveries = Array.from({ length: 4 }, () => buildDelivery({ payload: body }))
    await store([buildDelivery(), ...deliveries, buildDelivery()])
    const { rows } = await pool.query<{ count: number }>(
      `select count(*)::int as count from openphone.webhook_event where payload::text = $1`,
      [body.toString()],
    )
    t.equal(rows[0]?.count, 4)
    t.equal(await jobCount(), 6)
  })

  await t.test('stores nothing of a group with a body that the database refuses', async (t) => {
    const refused = buildDelivery({ payload: Buffer.from('{"not json') })
    await t.rejects(store([buildDelivery(), refused, buildDelivery()]), { code: '22P02' })
    t.equal(await countOf('openphone.webhook_event'), 0)
    t.equal(await jobCount(), 0)
  })
})

t.test('a queue that is not there fails the statement and leaves no event', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  await boss.deleteQueue(EVENTS_QUEUE)
  await t.rejects(storeDeliveriesIn(pool, { notify: true })([buildDelivery()]))
  const { rows } = await pool.query('select id from openphone.webhook_event')
  t.same(rows, [])
})

t.test('processes that store the same deliveries in opposite orders do not block each other', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const first = storeDeliveriesIn(testPool(t, url, 2), { notify: true })
  const second = storeDeliveriesIn(testPool(t, url, 2), { notify: true })
  let queued = 0
  for (let round = 0; round < 40; round += 1) {
    const deliveries = Array.from({ length: 30 }, () => buildDelivery())
    // Overlapping, not equal: each has some of its own.
    const results = await Promise.all([
      first(deliveries.slice(0, 20)),
      second(deliveries.slice(10).reverse()),
      first(deliveries.slice(5, 25).reverse()),
      second(deliveries.slice(5, 25)),
    ])
    queued += results.flat().filter(({ status }) => status === 'queued').length
  }
  t.equal(queued, 40 * 30, 'each was queued once')
  const { rows } = await pool.query(
    `select
      (select count(*)::int from openphone.webhook_event) as events,
      (select count(*)::int from pgboss.job where name = $1) as jobs`,
    [EVENTS_QUEUE],
  )
  t.same(rows, [{ events: 40 * 30, jobs: 40 * 30 }])
})
