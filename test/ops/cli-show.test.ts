import { findEvents } from '../../src/ops/find-events.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { messageReceived, startWorker, store } from '../worker/fixture.ts'
import { runJson, runOps } from './command.ts'
import { noSuchEvent } from './fixture.ts'

t.test('show', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const delivery = messageReceived('AC1', { text: 'Grüße' })
  const [id = ''] = await store(pool, [delivery])
  const worker = await startWorker(t, url)
  await worker.eventWith(id, 'processed')
  await worker.rowOf(`select from pgboss.job where id = $1 and state = 'completed'`, [id])

  await t.test('tells all about an event', async (t) => {
    const { code, json } = await runJson(url, ['show', id])
    t.equal(code, 0)
    t.match(json.events, [
      {
        event: { id, status: 'processed', payload: JSON.parse(delivery.payload.toString()) },
        jobs: [{ id, state: 'completed' }],
        deadLetter: null,
        timeline: [
          { what: 'occurred' },
          { what: 'received', detail: 'signature: standard' },
          { what: 'attempt-started' },
          { what: 'processed' },
          { what: 'job-ended' },
        ],
        rows: [
          { table: 'message', id: 'AC1', row: { body: 'Grüße' } },
          { table: 'contact_number', id: '+15555550101' },
        ],
      },
    ])
    const { stdout } = await runOps(['show', id], { DATABASE_URL: url })
    t.match(stdout, new RegExp(`^event +${id}\n`))
    t.match(stdout, /openphone\.message AC1: \n\{\n {2}"id": "AC1"/)
    t.match(stdout, /payload:\n\{\n {2}"id": "EVAC1"/)
  })

  await t.test('finds it by the ids of the provider too', async (t) => {
    const webhookId = delivery.dedupeKey.replace('standard:', '')
    for (const name of [id.toUpperCase(), webhookId, 'EVAC1']) {
      t.same(await findEvents(db, name), [id], name)
    }
    const [again = ''] = await store(pool, [messageReceived('AC1')])
    const { json } = await runJson(url, ['show', 'EVAC1'])
    t.match(json.events, [{ event: { id: again } }, { event: { id } }], 'several deliveries of one event')
  })

  await t.test('says so when there is none', async (t) => {
    for (const name of [noSuchEvent(), 'EVnix', '%', 'a\0b', '']) {
      t.same(await findEvents(db, name), [], JSON.stringify(name))
    }
    const { code, stdout, stderr } = await runOps(['show', "'; drop table"], { DATABASE_URL: url })
    t.match({ code, stdout }, { code: 1, stdout: '' })
    t.match(stderr, `No event has the id "'; drop table"`)
  })
})
