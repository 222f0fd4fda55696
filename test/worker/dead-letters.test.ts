import type pg from 'pg'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { failDeadLettered, removeNeedlessDeadLetters } from '../../src/worker/dead-letters.ts'
import { prepareTestDatabase, startTestBoss } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { deadLetterOf, jobsOf, messageReceived, startWorker, store } from './fixture.ts'

const ENV = { RETRY_LIMIT: '0' }

/** Moves the clock to where a job in hand has run for an hour, and a monitor pass is due. */
async function runOutOfTime(pool: pg.Pool): Promise<void> {
  await pool.query(`update pgboss.job set started_on = now() - interval '1 hour' where state = 'active'`)
  await pool.query('update pgboss.queue set monitor_claim_on = null, monitor_on = null')
}

t.test('dead letters that no worker spoke of', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t, ENV)
  const boss = await startTestBoss(t, url)
  /** An event whose job was taken by a worker that was not heard of again. */
  const abandoned = async (messageId: string) => {
    const [id = ''] = await store(pool, [messageReceived(messageId)])
    t.equal((await boss.fetch(EVENTS_QUEUE)).length, 1)
    await runOutOfTime(pool)
    await boss.supervise(EVENTS_QUEUE)
    await deadLetterOf(pool, id)
    return id
  }
  const look = (everything: boolean) => failDeadLettered(db, { everything })
  const statusOf = (id: string) =>
    db.selectFrom('webhook_event').select('status').where('id', '=', id).executeTakeFirstOrThrow()

  await t.test('make their events failed, with what pg-boss says of the end', async (t) => {
    const id = await abandoned('AC1')
    t.same(await look(false), [{ id, type: 'message.received', error: 'job timed out' }])
    const event = await db.selectFrom('webhook_event').selectAll().where('id', '=', id).executeTakeFirst()
    t.match(event, { status: 'failed', attempts: 1, last_error: 'job timed out', processed_at: null })
    t.ok(event?.failed_at)
    t.same(await look(true), [], 'once')
  })

  await t.test('of long ago are found by a look at everything only', async (t) => {
    const id = await abandoned('AC2')
    const { id: letterId } = await deadLetterOf(pool, id)
    await pool.query(`update pgboss.job set created_on = now() - interval '1 day' where id = $1`, [letterId])
    t.same(await look(false), [])
    t.match(await look(true), [{ id }])
  })

  await t.test('leave an event alone that was done after all, and are removed', async (t) => {
    for (const status of ['processed', 'ignored'] as const) {
      // As when its worker is killed, or its settling lost, between the event's commit and the job's.
      const id = await abandoned(`AC3${status}`)
      await db.updateTable('webhook_event').set({ status }).where('id', '=', id).execute()
      t.same(await look(false), [])
      t.equal(await removeNeedlessDeadLetters(db, { everything: false }), 1)
      t.same(await statusOf(id), { status })
      const queues = (await jobsOf(pool, id)).map(({ name }) => name)
      t.same(queues, [EVENTS_QUEUE], 'nothing is left to act on')
    }
  })

  await t.test('stay when their event failed', async (t) => {
    const id = await abandoned('AC5')
    await look(true)
    t.equal(await removeNeedlessDeadLetters(db, { everything: true }), 0)
    t.same(await statusOf(id), { status: 'failed' })
    await deadLetterOf(pool, id)
  })

  await t.test('that did not come from the events queue are none of ours', async (t) => {
    const [id = ''] = await store(pool, [messageReceived('AC4')])
    await boss.insert(DEAD_QUEUE, [{ data: { eventId: id, type: 'message.received' } }])
    t.same(await look(true), [])
    t.same(await statusOf(id), { status: 'received' })
  })
})

t.test('a running worker sees to the dead letters that arrive', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t, ENV)
  const boss = await startTestBoss(t, url)
  const deadLetters = async () => {
    await runOutOfTime(pool)
    await boss.supervise(EVENTS_QUEUE)
  }
  const [doneId = ''] = await store(pool, [messageReceived('AC1')])
  t.equal((await boss.fetch(EVENTS_QUEUE)).length, 1, 'some other worker took its job')
  await db.updateTable('webhook_event').set({ status: 'processed' }).execute()
  await deadLetters()
  await deadLetterOf(pool, doneId)

  const [id = ''] = await store(pool, [messageReceived('AC2')])
  t.equal((await boss.fetch(EVENTS_QUEUE)).length, 1)
  const worker = await startWorker(t, url, { env: ENV })
  await deadLetters()
  t.match(await worker.eventWith(id, 'failed'), { attempts: 1, last_error: 'job timed out' })
  t.same(
    (await jobsOf(pool, doneId)).map(({ name }) => name),
    [EVENTS_QUEUE],
  )
})
