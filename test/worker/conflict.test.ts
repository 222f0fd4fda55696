import type pg from 'pg'
import { connect, prepareTestDatabase, rowOf } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { attemptLines, messageReceived, retryOf, startWorker, store } from './fixture.ts'

/** Makes the first writes to messages fail with an SQLSTATE. A sequence counts them: it is not rolled back. */
async function failWrites(pool: pg.Pool, sqlState: string, times: number): Promise<void> {
  await pool.query(`
    create sequence openphone.writes;
    create function openphone.lose() returns trigger language plpgsql as $$
    begin
      if nextval('openphone.writes') <= ${times} then
        raise exception 'lost' using errcode = '${sqlState}';
      end if;
      return null;
    end $$;
    create trigger lose before insert on openphone.message
    for each statement execute function openphone.lose()`)
}

t.test(
  'a conflict with another transaction is tried again at once, without counting an attempt',
  async (t) => {
    for (const [sqlState, name] of [
      ['40001', 'a serialisation failure'],
      ['40P01', 'a deadlock'],
    ] as const) {
      await t.test(name, async (t) => {
        const { url, pool } = await prepareTestDatabase(t)
        await failWrites(pool, sqlState, 3)
        const ids = await store(
          pool,
          Array.from({ length: 5 }, (_, index) => messageReceived(`AC${index}`)),
        )
        const worker = await startWorker(t, url)
        for (const id of ids) {
          t.match(await worker.eventWith(id, 'processed'), { attempts: 1, last_error: null })
        }
        const { rows } = await pool.query('select last_value::int from openphone.writes')
        t.same(rows, [{ last_value: 4 }], 'the whole batch each time')
        t.same(new Set(attemptLines(worker).map(({ outcome }) => outcome)), new Set(['processed']))
      })
    }
  },
)

t.test('a conflict that does not end counts as a failed attempt', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  await failWrites(pool, '40001', 1_000_000)
  const [id = ''] = await store(pool, [messageReceived('AC1')])
  const worker = await startWorker(t, url)
  await retryOf(pool, id)
  t.match(await worker.eventWith(id, 'received'), { attempts: 1, last_error: /lost/ })
})

t.test(
  'a batch that Postgres chooses as the victim of a real deadlock is processed all the same',
  async (t) => {
    const { url, pool } = await prepareTestDatabase(t)
    await pool.query(`insert into openphone.message (id) values ('ACa'), ('ACb')`)
    const other = await connect(t, pool)
    // The other transaction does not look for deadlocks as soon as the worker does, so the worker finds this one.
    await other.query(`set deadlock_timeout = '20s'`)
    await other.query('begin')
    await other.query(`update openphone.message set status = 'read' where id = 'ACb'`)

    const ids = await store(pool, [messageReceived('ACa'), messageReceived('ACb')])
    const worker = await startWorker(t, url)
    await rowOf(
      pool,
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    await other.query(`update openphone.message set status = 'read' where id = 'ACa'`)
    await other.query('commit')

    for (const id of ids) t.match(await worker.eventWith(id, 'processed'), { attempts: 1, last_error: null })
    const { rows } = await pool.query(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    )
    t.same(rows, [{ deadlocks: 1 }], 'there was one')
  },
)
