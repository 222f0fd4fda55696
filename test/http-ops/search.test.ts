import { EXAMINED } from '../../src/ops/list-events.ts'
import t from '../helper/tap.ts'
import { makeEvents } from '../ops/fixture.ts'
import { type PageBody, startOps, startOpsWithoutWorker } from './fixture.ts'

const customer = '+14155550123'

t.test('the search by number or id', async (t) => {
  const ops = await startOps(t)
  const message = await ops.send(messageFrom(customer, 'ACsearched'), { webhookId: 'msg_searched' })
  const stranger = await ops.send(messageFrom('+14155550199', 'ACother'))
  const summary = await ops.send({
    id: 'EVsummary',
    apiVersion: '2026-03-30',
    createdAt: new Date().toISOString(),
    type: 'call.summary.completed',
    data: { resource: { callId: 'ACcall', processingStatus: 'completed', summary: ['A call'] }, context: {} },
  })
  const call = await ops.send(callFrom(customer, 'ACcall'))
  for (const { eventId } of [message, stranger, summary, call]) await ops.eventWith(eventId, 'processed')
  const found = async (search: string) => {
    const { body } = await ops.get<PageBody>(`/events?search=${encodeURIComponent(search)}`)
    return body.events.map(({ id }) => id)
  }

  t.test('finds what a number wrote and called, also where only the call is named', async (t) => {
    t.same(await found(customer), [call.eventId, summary.eventId, message.eventId])
  })

  t.test('takes a number however it is written', async (t) => {
    for (const number of ['(415) 555-0123', '415.555.0123', '1 415 555 0123', ' 14155550123']) {
      t.same(await found(number), [call.eventId, summary.eventId, message.eventId], number)
    }
  })

  for (const [what, id] of Object.entries({
    'the id of the message': 'ACsearched',
    'the id of the delivery': 'msg_searched',
    'the provider’s id of the event': 'EVACsearched',
    'the event’s own id': message.eventId,
  })) {
    t.test(`finds by ${what}`, async (t) => {
      t.same(await found(id), [message.eventId])
    })
  }

  t.test('finds nothing by what is not there', async (t) => {
    t.same(await found('+14155550155'), [])
    t.same(await found('AC%_\\"'), [])
  })

  t.test('keeps to the other filters', async (t) => {
    const { body } = await ops.get<PageBody>(`/events?search=${customer.slice(1)}&type=call.completed`)
    t.same(
      body.events.map(({ id }) => id),
      [call.eventId],
    )
    const before = await ops.get<PageBody>(
      `/events?search=${customer.slice(1)}&until=${new Date(Date.now() - 3_600_000).toISOString()}`,
    )
    t.same(before.body.events, [])
  })

  t.test('tells what is known of the number', async (t) => {
    const { status, body } = await ops.get(`/objects?search=${customer.slice(1)}`)
    t.equal(status, 200)
    t.match(body, {
      search: { kind: 'number', text: customer },
      contact: { number: customer },
      objects: [
        { table: 'call', id: 'ACcall', direction: 'incoming' },
        { table: 'message', id: 'ACsearched', direction: 'incoming' },
      ],
    })
  })

  t.test('tells of an object by its id', async (t) => {
    const { body } = await ops.get('/objects?search=ACsearched')
    t.match(body, { contact: null, objects: [{ table: 'message', number: customer }] })
  })
})

t.test('events older than those whose payloads are read', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  const [old = ''] = await makeEvents(ops.pool, { status: 'processed', ageHours: 50 })
  const [failed = ''] = await makeEvents(ops.pool, { status: 'failed', ageHours: 40 })
  const [missed = ''] = await makeEvents(ops.pool, { status: 'processed', ageHours: 30 })
  await makeEvents(ops.pool, { count: EXAMINED.payloads, status: 'processed', ageHours: 1 })
  await ops.pool.query(
    `update openphone.webhook_event set payload = replace(payload::text, '+15555550101', '+14155550123')::json
    where id = any ($1)`,
    [[old, failed, missed]],
  )
  const search = 'search=%2B14155550123'

  t.test('are found where a message tells the time, and where they failed', async (t) => {
    await ops.pool.query(
      `insert into openphone.message (id, contact_phone, created_at)
      select 'AC' || id, '+14155550123', received_at - interval '1 second' from openphone.webhook_event where id = $1`,
      [old],
    )
    const { body } = await ops.get<PageBody>(`/events?${search}`)
    t.same(
      body.events.map(({ id }) => id),
      [failed, old],
    )
    t.type(body.lookedBackTo, 'string')
  })

  t.test('are found by going on', async (t) => {
    const first = await ops.get<PageBody>(`/events?${search}`)
    const { body } = await ops.get<PageBody>(`/events?${search}&cursor=${first.body.next}`)
    t.same(
      body.events.map(({ id }) => id),
      [missed, failed, old],
    )
    t.equal(body.next, null)
  })

  t.test('are found by the provider’s id of the event', async (t) => {
    const { body } = await ops.get<PageBody>(`/events?search=EV${missed}`)
    t.same(
      body.events.map(({ id }) => id),
      [missed],
    )
  })

  t.test('are found by their own id', async (t) => {
    const { body } = await ops.get<PageBody>(`/events?search=${missed}`)
    t.same(
      body.events.map(({ id }) => id),
      [missed],
    )
  })
})

function messageFrom(from: string, id: string): object {
  const createdAt = new Date().toISOString()
  return {
    id: `EV${id}`,
    apiVersion: '2026-03-30',
    createdAt,
    type: 'message.received',
    data: {
      resource: { id, direction: 'incoming', text: 'Hello', media: [], status: 'received', createdAt },
      context: { senderIdentifier: from, recipientIdentifiers: ['+15555550199'] },
    },
  }
}

function callFrom(from: string, id: string): object {
  const createdAt = new Date().toISOString()
  return {
    id: `EV${id}`,
    apiVersion: '2026-03-30',
    createdAt,
    type: 'call.completed',
    data: {
      resource: { id, direction: 'incoming', status: 'answered', createdAt, completedAt: createdAt },
      context: { participants: { workspace: ['+15555550199'], external: [from], resolution: 'available' } },
    },
  }
}
