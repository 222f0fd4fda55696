import { v7 as uuidv7 } from 'uuid'
import t from '../helper/tap.ts'
import { makeEvents, noSuchEvent } from '../ops/fixture.ts'
import { allPages, type PageBody, startOps, startOpsWithoutWorker } from './fixture.ts'

t.test('the list of events', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  const old = await makeEvents(ops.pool, { count: 3, status: 'processed', ageHours: 30 })
  const failed = await makeEvents(ops.pool, { count: 5, status: 'failed', ageHours: 3 })
  const other = await makeEvents(ops.pool, {
    count: 2,
    type: 'call.completed',
    error: 'Error: other',
    ageHours: 1,
  })
  const newest = await makeEvents(ops.pool, { count: 1, status: 'ignored', type: 'new.kind' })
  const everything = [...old, ...failed, ...other, ...newest].toReversed()

  t.test('gives the newest first, each once over all pages', async (t) => {
    t.same(await allPages(ops, 'limit=4'), everything)
    t.same(await allPages(ops, 'limit=200'), everything)
  })

  t.test('gives failures by the time of the failure, each once over all pages', async (t) => {
    const order = [...failed, ...other].toReversed()
    t.same(await allPages(ops, 'status=failed&limit=2'), order)
  })

  for (const [query, expected] of Object.entries({
    'status=ignored': newest,
    'type=call.completed': other,
    'status=failed&error=Error:%20other': other,
    'status=failed&error=': [],
    'status=received': [],
    [`since=${hoursAgo(4)}&until=${hoursAgo(2)}`]: failed,
    [`status=failed&since=${hoursAgo(2)}`]: other,
    [`until=${hoursAgo(24)}&status=processed`]: old,
    'status=processed&type=call.completed': [],
  })) {
    t.test(`finds by ${query}`, async (t) => {
      const { body } = await ops.get<PageBody>(`/events?${query}`)
      t.same(body.events.map(({ id }) => id).sort(), [...expected].sort())
      t.equal(body.next, null)
    })
  }

  t.test('has no payloads in it', async (t) => {
    const { body } = await ops.get<PageBody>('/events?limit=1')
    t.same(Object.keys(body.events[0] ?? {}), [
      'id',
      'type',
      'status',
      'attempts',
      'error',
      'providerEventId',
      'occurredAt',
      'receivedAt',
      'processedAt',
      'failedAt',
    ])
  })

  for (const [query, detail] of Object.entries({
    'status=broken': '"status": must be one of received, processed, ignored, failed.',
    'stauts=failed': '"stauts": Unexpected property.',
    'since=yesterday': '"since": must be a time with its zone, such as 2026-10-01T12:00:00Z.',
    'since=2026-02-30T12:00:00Z': '"since": must be a time with its zone, such as 2026-10-01T12:00:00Z.',
    'since=2026-10-01T12:00:00': '"since": must be a time with its zone, such as 2026-10-01T12:00:00Z.',
    'since=2026-10-02T12:00:00Z&until=2026-10-01T12:00:00Z': '"since" must be before "until".',
    'limit=0': '"limit": must be a whole number from 1 to 200.',
    'limit=201': '"limit": must be a whole number from 1 to 200.',
    'limit=ten': '"limit": must be a whole number from 1 to 200.',
    'cursor=nonsense': '"cursor": must be "next" of the page before, of the same list.',
    [`status=failed&cursor=${Buffer.from(`|${uuidv7()}`).toString('base64url')}`]:
      '"cursor": must be "next" of the page before, of the same list.',
    [`status=failed&cursor=${Buffer.from(`2026-19-01T00:00:00.000000Z|${uuidv7()}`).toString('base64url')}`]:
      '"cursor": must be "next" of the page before, of the same list.',
    'search=abc': '"search": must be a phone number or an id, of 4 to 200 characters.',
    'search=%00%00%00%00': '"search": must be a phone number or an id, of 4 to 200 characters.',
    'type=%00': '"type": must be an event type such as message.received.',
  })) {
    t.test(`says what is wrong with ${query}`, async (t) => {
      const { status, body } = await ops.get(`/events?${query}`)
      t.equal(status, 400)
      t.match(body, { type: '/problems/bad-request', detail })
    })
  }
})

t.test('one event', async (t) => {
  const ops = await startOps(t)

  t.test('comes with its payload to the byte, its timeline, its job and the rows it made', async (t) => {
    const text = `{"type":"message.received", "id":"EV1","createdAt":"2026-05-01T12:00:00.000Z",  "data":{"resource":{
      "id":"AC1","direction":"incoming","text":"Zoë \\ud83d\\ude00 \\u0000","big":12345678901234567890,"one":1.0},
      "context":{"senderIdentifier":"+15555550101"}}}`
    const { eventId } = await ops.send(text)
    await ops.eventWith(eventId, 'processed')
    await ops.rowOf(`select from pgboss.job where id = $1 and state = 'completed'`, [eventId])
    const { status, body } = await ops.get(`/events/${eventId}`)
    t.equal(status, 200)
    t.equal(body.payload, text)
    t.match(body, {
      event: { id: eventId, type: 'message.received', status: 'processed', attempts: 1, scheme: 'standard' },
      jobs: [{ id: eventId, state: 'completed', retryCount: 0 }],
      deadLetter: null,
      rows: [
        { table: 'message', id: 'AC1', row: { id: 'AC1', direction: 'incoming' } },
        { table: 'contact_number', id: '+15555550101', row: { id: '+15555550101' } },
      ],
      timeline: [
        { what: 'occurred', at: '2026-05-01T12:00:00.000Z' },
        { what: 'received' },
        { what: 'attempt-started' },
      ],
    })
  })

  t.test('that is not there is answered 404', async (t) => {
    const { status, body } = await ops.get(`/events/${noSuchEvent()}`)
    t.equal(status, 404)
    t.match(body, { detail: 'There is no event of that id.' })
  })

  t.test('by something that is no id is answered 400', async (t) => {
    const { status, body } = await ops.get('/events/EV1')
    t.equal(status, 400)
    t.match(body, { detail: '"id": must be the id of an event, a UUID.' })
  })
})

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString()
}
