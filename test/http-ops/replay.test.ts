import t from '../helper/tap.ts'
import { liveJobsOf, makeEvents, noSuchEvent, tally } from '../ops/fixture.ts'
import { startOps, startOpsWithoutWorker } from './fixture.ts'

t.test('an event that failed is processed after a replay', async (t) => {
  const ops = await startOps(t, { env: { RETRY_LIMIT: '0' } })
  await ops.pool.query('alter table openphone.message rename to message_away')
  const { eventId } = await ops.send({
    type: 'message.received',
    data: { messageId: 'AC1', from: '+15555550101', to: '+15555550199', direction: 'inbound' },
  })
  await ops.eventWith(eventId, 'failed')
  t.match((await ops.get('/failures')).body, {
    total: 1,
    groups: [{ type: 'message.received', error: /message/, count: 1 }],
  })
  await ops.pool.query('alter table openphone.message_away rename to message')
  const { status, body } = await ops.post(`/events/${eventId}/replay`)
  t.equal(status, 200)
  t.match(body, { replayed: 1, alreadyWaiting: 0, missing: 0 })
  await ops.eventWith(eventId, 'processed')
})

t.test('replaying', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  const broken = await makeEvents(ops.pool, { count: 3, error: 'Error: one' })
  const other = await makeEvents(ops.pool, { count: 2, error: 'Error: two', type: 'call.completed' })
  const done = await makeEvents(ops.pool, { count: 1, status: 'processed' })

  t.test('a dry run counts and changes nothing', async (t) => {
    const { body } = await ops.post('/failures/replay', { dryRun: true })
    t.match(body, { matched: 5, remaining: 5, replayed: 0 })
    t.match(await tally(ops.pool), { statuses: { failed: 5 } })
  })

  t.test('a group leaves the others', async (t) => {
    const { status, body } = await ops.post('/failures/replay', {
      type: 'call.completed',
      error: 'Error: two',
    })
    t.equal(status, 200)
    t.match(body, { matched: 2, replayed: 2, remaining: 0 })
    t.match(await tally(ops.pool), { statuses: { failed: 3, received: 2 }, waitingMost: 1 })
  })

  t.test('does not take failures from after the filter’s end', async (t) => {
    const { body } = await ops.post('/failures/replay', {
      until: new Date(Date.now() - 60_000).toISOString(),
    })
    t.match(body, { matched: 0, replayed: 0 })
  })

  t.test('many by their ids tells which number was there', async (t) => {
    const ids = [...broken.slice(0, 2), ...other.slice(0, 1), ...done, noSuchEvent()]
    const { body } = await ops.post('/replay', { ids })
    t.match(body, { replayed: 4, alreadyWaiting: 1, missing: 1 })
    t.equal((await liveJobsOf(ops.pool, other[0] ?? '')).length, 1, 'still one job')
  })

  t.test('all takes the rest', async (t) => {
    const { body } = await ops.post('/failures/replay', {})
    t.match(body, { matched: 1, replayed: 1, remaining: 0 })
    t.match(await tally(ops.pool), { statuses: { received: 6 }, waitingMost: 1 })
  })

  t.test('an event that is not there is answered 404', async (t) => {
    const { status, body } = await ops.post(`/events/${noSuchEvent()}/replay`)
    t.equal(status, 404)
    t.match(body, { detail: 'There is no event of that id.' })
  })

  t.test('leaves a line in the log', async (t) => {
    t.equal(ops.logLines.filter((line) => line.includes('"event":"ops_replay"')).length, 4)
  })
})

t.test('what is not understood', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  await makeEvents(ops.pool, { count: 2 })
  const before = await tally(ops.pool)
  for (const [what, [path, body, detail]] of Object.entries({
    'a filter that is misspelt': ['/failures/replay', { tpye: 'x' }, '"tpye": Unexpected property.'],
    'a wrong time': ['/failures/replay', { since: '5 o’clock' }, /"since": must be a time with its zone/],
    'a status': ['/failures/replay', { status: 'processed' }, '"status": Unexpected property.'],
    'no ids': ['/replay', { ids: [] }, /"ids": must be 1 to 10000 ids/],
    'an id that is none': ['/replay', { ids: ['EV1'] }, '"ids.0": must be the id of an event, a UUID.'],
    'no body': ['/replay', undefined, /"body"/],
    'a list in place of an object': ['/failures/replay', [], /"body"/],
  } as const)) {
    t.test(`${what} is refused and changes nothing`, async (t) => {
      const answer = await ops.post(path, body)
      t.equal(answer.status, 400)
      t.match(answer.body, { type: '/problems/bad-request', detail })
      t.same(await tally(ops.pool), before)
    })
  }

  t.test('a body that is not JSON, or another kind, is refused', async (t) => {
    const send = (type: string, body: string) =>
      fetch(`${ops.app.url}/ops/api/failures/replay`, {
        method: 'POST',
        headers: { authorization: 'Bearer a-token-of-the-operators', 'content-type': type },
        body,
      })
    t.equal((await send('application/json', '{')).status, 400)
    t.equal((await send('text/plain', '{}')).status, 415)
    t.equal((await send('application/json', ' '.repeat(600_000))).status, 413)
    t.same(await tally(ops.pool), before)
  })
})

t.test('one request replays ten thousand; the next one goes on', async (t) => {
  const ops = await startOpsWithoutWorker(t)
  await makeEvents(ops.pool, { count: 10_500 })
  const { body } = await ops.post('/failures/replay', {})
  t.match(body, { matched: 10_500, replayed: 10_000, remaining: 500 })
  t.match((await ops.post('/failures/replay', {})).body, { replayed: 500, remaining: 0 })
})
