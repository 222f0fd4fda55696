import { errorText } from '../../src/error-text.ts'
import { PermanentError } from '../../src/errors.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import { findLeaks, hiddenTexts } from '../helper/leaks.ts'
import t from '../helper/tap.ts'
import { deadLetterOf, jobsOf, messageReceived, startWorker, store } from './fixture.ts'

const TEXT = 'Can you still come on Thursday, at nine?'
const PHONE = '+14155550123'
const hidden = hiddenTexts([TEXT, PHONE])

t.test('the error kept with an event and its jobs holds nothing of its rows', async (t) => {
  const faults: Record<string, { sql: string; kept: RegExp }> = {
    'a trigger that raises with the row': {
      sql: `raise exception 'refused: %', new using detail = new::text, hint = new::text`,
      kept: /^error: refused: \(…\)$/,
    },
    'a trigger that raises with a text, as if a name were taken': {
      sql: `raise exception 'from % says "%"', new.from_number, new.body using errcode = '23505'`,
      kept: /^error: from … says "…"$/,
    },
    'a value that is of no use': {
      sql: 'new.stamps = new.body::jsonb',
      kept: /^error: invalid input syntax for type json$/,
    },
    'a value quoted in the message': {
      sql: 'new.created_at = new.body::timestamptz',
      kept: /^error: invalid input syntax for type timestamp with time zone: "…"$/,
    },
    'a column that must not be null': {
      sql: 'new.stamps = null',
      kept: /^error: null value in column "stamps" of relation "message" violates not-null constraint$/,
    },
  }
  const { url, pool } = await prepareTestDatabase(t, { RETRY_LIMIT: '0' })
  await pool.query(`
    create function public.refuse() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger refuse before insert on openphone.message for each row execute function public.refuse()`)
  const worker = await startWorker(t, url, { env: { RETRY_LIMIT: '0' } })
  for (const [what, { sql, kept }] of Object.entries(faults)) {
    await t.test(what, async (t) => {
      await pool.query(`create or replace function public.refuse() returns trigger language plpgsql as
        $$ begin ${sql}; return new; end $$`)
      const [id = ''] = await store(pool, [messageReceived(`AC ${what}`, { text: TEXT, from: PHONE })])
      const { last_error: error } = await worker.eventWith(id, 'failed')
      t.match(error, kept)
      await deadLetterOf(pool, id)
      const jobs = JSON.stringify(await jobsOf(pool, id))
      t.match(jobs, JSON.stringify(error).slice(1, -1))
      t.same(findLeaks([error, jobs, ...worker.logLines].join('\n'), hidden), [])
    })
  }
})

t.test('nor does that of a whole batch whose end could not be written down', async (t) => {
  const { url, pool } = await prepareTestDatabase(t, { RETRY_LIMIT: '0' })
  await pool.query(`
    create function public.refuse() returns trigger language plpgsql as
    $$ begin raise exception 'refused' using detail = new::text, hint = new::text; end $$;
    create trigger refuse before update on openphone.webhook_event for each row execute function public.refuse()`)
  const [id = ''] = await store(pool, [messageReceived('AC1', { text: TEXT, from: PHONE })])
  const worker = await startWorker(t, url, { env: { RETRY_LIMIT: '0' } })
  await deadLetterOf(pool, id)
  const jobs = JSON.stringify(await jobsOf(pool, id))
  t.match(jobs, /error: refused/)
  t.same(findLeaks([jobs, ...worker.logLines].join('\n'), hidden), [])
  t.match(
    worker.logLines.map((line) => JSON.parse(line)).find(({ event }) => event === 'batch_failed'),
    { jobs: 1, error: { code: 'P0001', routine: 'exec_stmt_raise' } },
    'and the log tells of it',
  )
})

t.test('what quotes no value is kept as it is', async (t) => {
  const database = (code: string, message: string) =>
    Object.assign(new Error(message), { name: 'error', code, severity: 'ERROR' })
  t.equal(
    errorText(new PermanentError('data.resource.id: expected a non-empty text (or a number)')),
    'PermanentError: data.resource.id: expected a non-empty text (or a number)',
  )
  t.equal(
    errorText(new Error('connect ECONNREFUSED 127.0.0.1:5432')),
    'Error: connect ECONNREFUSED 127.0.0.1:5432',
  )
  t.equal(
    errorText(database('42501', 'permission denied for table "message"')),
    'error: permission denied for table "message"',
  )
  t.equal(
    errorText(database('53100', 'could not extend file "base/5/16384": No space left on device')),
    'error: could not extend file "…": No space left on device',
  )
  t.equal(errorText(database('P0001', 'no room for AC1')), 'error: no room for AC1')
})

t.test('of an error of the engine, whose words may quote a value, the place is kept', async (t) => {
  for (const fail of [
    () => JSON.parse(`{"text": "${TEXT}`),
    () => JSON.parse(TEXT),
    () => BigInt(`${TEXT}`),
    () => 'x' in (PHONE as never),
    () => new URL(TEXT),
    () => {
      throw TEXT
    },
  ]) {
    try {
      fail()
      t.fail('should have thrown')
    } catch (error) {
      t.same(findLeaks(errorText(error), hidden), [], errorText(error))
      t.match(errorText(error), /^\w+Error at |^thrown string$/)
    }
  }
})
