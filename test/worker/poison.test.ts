import { DEAD_QUEUE } from '../../src/queue/names.ts'
import { prepareTestDatabase, startTestBoss } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import {
  attemptLines,
  deadLetterOf,
  jobsOf,
  messageReceived,
  refuseMessages,
  retryNow,
  retryOf,
  startWorker,
  store,
} from './fixture.ts'

t.test('events that the database refuses, among others of a batch', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t, { RETRY_LIMIT: '2' })
  const boss = await startTestBoss(t, url)
  const mend = await refuseMessages(pool, ['AC0', 'AC6'])
  const ids = await store(
    pool,
    Array.from({ length: 10 }, (_, index) => messageReceived(`AC${index}`)),
  )
  const poison = [ids[0] ?? '', ids[6] ?? '']
  const others = ids.filter((id) => !poison.includes(id))
  const worker = await startWorker(t, url, { env: { RETRY_LIMIT: '2' } })

  await t.test('do not keep the others from succeeding in the same attempt', async (t) => {
    for (const id of others) t.match(await worker.eventWith(id, 'processed'), { attempts: 1 })
    const fetches = await pool.query<{ started_on: Date }>('select distinct started_on from pgboss.job')
    t.equal(fetches.rowCount, 1, 'in one batch')
    for (const id of poison) await retryOf(pool, id)
    const outcomes = attemptLines(worker).map((line) => [line.eventId, `${line.attempt} ${line.outcome}`])
    t.same(
      Object.fromEntries(outcomes),
      Object.fromEntries(ids.map((id) => [id, poison.includes(id) ? '1 retry' : '1 processed'])),
      'and the log has a line for each',
    )
    t.equal(outcomes.length, ids.length)
  })

  await t.test('keep their error, and are tried again later', async (t) => {
    for (const id of poison) {
      const job = await retryOf(pool, id)
      t.match(job, { retry_count: 0, output: { message: /no room for AC/ } })
      t.ok(job.start_after.getTime() > Date.now() + 10_000)
      t.match(await worker.eventWith(id, 'received'), {
        attempts: 1,
        last_error: /no room for AC/,
        processed_at: null,
        failed_at: null,
      })
    }
  })

  await t.test('end failed, with a dead letter, when no attempt is left', async (t) => {
    for (const attempt of [2, 3]) {
      for (const id of poison) await retryNow(pool, id)
      for (const id of poison) {
        await worker.rowOf('select from openphone.webhook_event where id = $1 and attempts = $2', [
          id,
          attempt,
        ])
      }
    }
    for (const id of poison) {
      const event = await worker.eventWith(id, 'failed')
      t.match(event, { attempts: 3, last_error: /no room for AC/, processed_at: null })
      t.ok(event.failed_at)
      t.match(await deadLetterOf(pool, id), {
        state: 'created',
        source_id: id,
        source_output: { message: /no room for AC/ },
      })
    }
  })

  await t.test('succeed through redrive when the fault is gone', async (t) => {
    await mend()
    t.equal(await boss.redrive(DEAD_QUEUE), 2)
    for (const id of poison) {
      t.match(await worker.eventWith(id, 'processed'), {
        failed_at: null,
        last_error: /no room for AC/,
      })
      t.same(
        (await jobsOf(pool, id)).filter(({ name }) => name === DEAD_QUEUE),
        [],
      )
    }
    const messages = await db.selectFrom('message').select('id').orderBy('id').execute()
    t.equal(messages.length, 10)
  })
})

t.test('an event that fails again after redrive gets a dead letter again', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const worker = await startWorker(t, url, { env: { RETRY_LIMIT: '0' } })
  const mend = await refuseMessages(pool, ['AC0'])
  const [id = ''] = await store(pool, [messageReceived('AC0')])
  const first = await deadLetterOf(pool, id)
  await boss.redrive(DEAD_QUEUE)
  await worker.rowOf('select from openphone.webhook_event where id = $1 and attempts = 2', [id])
  const second = await deadLetterOf(pool, id)
  t.not(second.id, first.id)
  t.match(await worker.eventWith(id, 'failed'), { attempts: 2 })
  await mend()
  await boss.redrive(DEAD_QUEUE)
  t.match(await worker.eventWith(id, 'processed'), { attempts: 3, failed_at: null })
})
