import type pg from 'pg'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../src/queue/names.ts'
import { connect, prepareTestDatabase, rowOf, startTestBoss } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { deliveryOf, messageReceived, retryNow, retryOf, startWorker, store } from './fixture.ts'

const TOPIC = 'openphone.message.received'

interface Published {
  name: string
  data: { eventId: string; type: string; objects: { table: string; id: string }[] }
}

/** The jobs of subscribers, whatever their queues. */
async function published(pool: pg.Pool): Promise<Published[]> {
  const { rows } = await pool.query<Published>(
    `select name, data from pgboss.job where name not in ($1, $2) and name not like '\\_\\_pgboss%'
    order by name, created_on, id`,
    [EVENTS_QUEUE, DEAD_QUEUE],
  )
  return rows
}

t.test('publishing', async (t) => {
  const { url, pool, db } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  const worker = await startWorker(t, url)
  const process = async (...messageIds: string[]) => {
    const ids = await store(
      pool,
      messageIds.map((id) => messageReceived(id)),
    )
    for (const id of ids) await worker.eventWith(id, 'processed')
    return ids
  }
  t.afterEach(() =>
    pool.query(`delete from pgboss.job where name not in ($1, $2)`, [EVENTS_QUEUE, DEAD_QUEUE]),
  )

  await t.test('makes no job where nobody subscribed', async (t) => {
    await process('AC1')
    t.same(await published(pool), [])
  })

  await boss.createQueue('billing')
  await boss.subscribe(TOPIC, 'billing')

  await t.test('makes exactly one job for each event, which names its rows', async (t) => {
    const ids = await process('AC2', 'AC3', 'AC4')
    const jobs = await published(pool)
    t.same(
      jobs.map(({ data }) => data).sort((a, b) => (a.eventId < b.eventId ? -1 : 1)),
      ids.map((eventId, index) => ({
        eventId,
        type: 'message.received',
        objects: [
          { table: 'message', id: `AC${index + 2}` },
          { table: 'contact_number', id: '+15555550101' },
        ],
      })),
    )
  })

  await t.test('makes none for events of other types', async (t) => {
    const [ignored = '', delivered = ''] = await store(pool, [
      deliveryOf({ type: 'nobody.knows', data: {} }),
      deliveryOf({ type: 'message.delivered', data: { messageId: 'AC1', status: 'delivered' } }),
    ])
    await worker.eventWith(ignored, 'ignored')
    await worker.eventWith(delivered, 'processed')
    t.same(await published(pool), [])
  })

  await t.test('makes none for an event that can never be handled', async (t) => {
    const [bad = ''] = await store(pool, [deliveryOf({ type: 'message.received', data: { resource: {} } })])
    await worker.eventWith(bad, 'failed')
    t.same(await published(pool), [])
  })

  await t.test('makes a job for every queue that subscribed', async (t) => {
    await boss.createQueue('crm', { partition: true })
    await boss.subscribe(TOPIC, 'crm')
    const [id = ''] = await process('AC5')
    const jobs = await published(pool)
    t.same(
      jobs.map(({ name, data }) => [name, data.eventId]),
      [
        ['billing', id],
        ['crm', id],
      ],
    )
    await boss.unsubscribe(TOPIC, 'crm')
  })

  await t.test('makes a job again when an event is replayed, with the same event id', async (t) => {
    const [id = ''] = await process('AC6')
    await db.updateTable('webhook_event').set({ status: 'received' }).where('id', '=', id).execute()
    await boss.insert(EVENTS_QUEUE, [{ data: { eventId: id, type: 'message.received' } }])
    await rowOf(pool, 'select from openphone.webhook_event where id = $1 and attempts = 2', [id])
    const [first, second] = await published(pool)
    t.same(first?.data, second?.data)
    t.equal(first?.data.eventId, id)
  })

  await t.test('does not mind that a queue it knew is deleted', async (t) => {
    await boss.createQueue('reports', { partition: true })
    await boss.subscribe(TOPIC, 'reports')
    await process('AC7')
    t.equal((await published(pool)).filter(({ name }) => name === 'reports').length, 1)
    await boss.deleteQueue('reports')
    const [id = ''] = await process('AC8')
    t.match(await worker.eventWith(id, 'processed'), { attempts: 1, last_error: null })
  })

  await t.test(
    'does not let a queue that takes no such jobs fail the event, nor the jobs of other queues',
    async (t) => {
      await boss.createQueue('in-order', { policy: 'key_strict_fifo' })
      await boss.subscribe(TOPIC, 'in-order')
      const [id = ''] = await process('AC9')
      t.match(await worker.eventWith(id, 'processed'), { attempts: 1, last_error: null })
      const jobs = (await published(pool)).filter(({ data }) => data.eventId === id)
      t.same(
        jobs.map(({ name }) => name),
        ['billing'],
      )
    },
  )
})

t.test('an event is not processed without its jobs because the database has no room for those', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  await boss.createQueue('billing')
  await boss.subscribe(TOPIC, 'billing')
  await pool.query(`
    create sequence refusals;
    create function refuse() returns trigger language plpgsql as $$
    begin
      perform nextval('refusals');
      raise exception 'could not extend file' using errcode = 'disk_full';
    end $$;
    create trigger refuse before insert on pgboss.job_common for each row
    when (new.name = 'billing') execute function refuse()`)
  const worker = await startWorker(t, url)
  const [id = ''] = await store(pool, [messageReceived('AC1')])
  await rowOf(pool, 'select from refusals where last_value >= 2')
  await pool.query('drop function refuse() cascade')
  t.match(await worker.eventWith(id, 'processed'), { attempts: 1, last_error: null })
  t.match(await published(pool), [{ name: 'billing', data: { eventId: id } }])
})

t.test('a subscriber sees its job and the rows at once', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  await boss.createQueue('billing')
  await boss.subscribe(TOPIC, 'billing')
  const rowsSeen = async () => {
    const { rows } = await pool.query('select id from openphone.message')
    return { jobs: (await published(pool)).length, rows: rows.length }
  }

  await t.test('neither of them before the batch is committed', async (t) => {
    const ids = await store(pool, [messageReceived('AC1'), messageReceived('AC2')])
    const holder = await connect(t, pool)
    await holder.query('begin')
    // The status of an event is written last; this keeps the worker from it.
    await holder.query('select from openphone.webhook_event for update')
    const worker = await startWorker(t, url)
    await rowOf(
      pool,
      `select from pg_stat_activity
      where datname = current_database() and application_name = 'openphone-worker' and wait_event_type = 'Lock'`,
    )
    t.same(await rowsSeen(), { jobs: 0, rows: 0 })
    await holder.query('rollback')
    for (const id of ids) await worker.eventWith(id, 'processed')
    t.same(await rowsSeen(), { jobs: 2, rows: 2 })
    await worker.app.close()
  })

  await t.test('and neither when the batch fails at its end', async (t) => {
    await pool.query(`
      create function openphone.refuse() returns trigger language plpgsql as $$
      begin raise exception 'not today'; end $$;
      create trigger refuse before update on openphone.webhook_event for each row
      when (new.status = 'processed') execute function openphone.refuse()`)
    const [id = ''] = await store(pool, [messageReceived('AC3')])
    const worker = await startWorker(t, url)
    await retryOf(pool, id)
    t.same(await rowsSeen(), { jobs: 2, rows: 2 }, 'those of before')
    await pool.query('drop function openphone.refuse() cascade')
    await retryNow(pool, id)
    await worker.eventWith(id, 'processed')
    t.same(await rowsSeen(), { jobs: 3, rows: 3 })
  })
})
