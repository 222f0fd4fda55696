import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { messageReceived, startWorker, store } from '../worker/fixture.ts'
import { runJson, runOps } from './command.ts'
import { makeEvents } from './fixture.ts'

t.test('status', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)

  await t.test('tells what is wrong', async (t) => {
    const [id] = await store(pool, [messageReceived('AC0')])
    await pool.query(`update pgboss.job set created_on = now() - interval '5 minutes' where id = $1`, [id])
    await makeEvents(pool, { count: 2, error: 'Error: a' })
    await makeEvents(pool, { count: 1, type: 'call.completed', error: 'Error: b' })
    const { code, json } = await runJson(url, ['status'])
    t.equal(code, 0)
    t.match(json, {
      ok: false,
      problems: [
        'No worker is running: events are received and wait.',
        '1 event waits for a worker, the oldest for 5 min.',
        '3 events have failed, most often: message.received: Error: a',
      ],
      workers: 0,
      failed: 3,
      failures: [
        { type: 'message.received', error: 'Error: a', count: 2 },
        { type: 'call.completed', error: 'Error: b', count: 1 },
      ],
    })
    t.equal(json.sentence, json.problems.join(' '))
    const { stdout } = await runOps(['status'], { DATABASE_URL: url })
    t.match(stdout, /^No worker is running/)
    t.match(stdout, /openphone-dead +created +3/)
  })

  await t.test('says in one sentence that all is well', async (t) => {
    await pool.query(`delete from openphone.webhook_event where status = 'failed'`)
    const worker = await startWorker(t, url)
    const [id = ''] = await store(pool, [messageReceived('AC1')])
    await worker.eventWith(id, 'processed')
    await worker.rowOf(`select from pgboss.job where id = $1 and state = 'completed'`, [id])
    const { json } = await runJson(url, ['status'])
    t.match(json, { ok: true, problems: [], workers: 1, failed: 0, failures: [] })
    t.match(
      json.sentence,
      /^All is well: 1 worker process; \d webhooks received and \d processed in the last 5 minutes; nothing has failed\.$/,
    )
    t.match(json.throughput, [{ minute: /Z$/, received: Number, processed: Number, failed: 0 }])
    t.match(json.backlog, [{ queue: EVENTS_QUEUE }, { queue: DEAD_QUEUE }, { queue: 'openphone-retention' }])
  })
})
