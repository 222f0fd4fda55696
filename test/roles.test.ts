import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import { connect, prepareTestDatabase, rowOf, testPool } from './db/prepared.ts'
import { spawnApp } from './helper/app-process.ts'
import { createTestDatabase } from './helper/postgres.ts'
import { secrets } from './helper/secrets.ts'
import { send, WEBHOOK_PATH } from './helper/send.ts'

const SIGNING_SECRETS = Object.values(secrets).join(',')

/** A process of a role on a database, once it runs. */
async function startRole(t: Test, databaseUrl: string, role: string, env: Record<string, string> = {}) {
  const app = spawnApp(t, {
    DATABASE_URL: databaseUrl,
    ROLE: role,
    OPENPHONE_SIGNING_SECRETS: SIGNING_SECRETS,
    ...env,
  })
  const { url = '' } = await app.logged('started')
  return { ...app, url }
}

const message = (messageId: string) => ({
  type: 'message.received',
  data: { messageId, from: '+15555550101', to: '+15555550199', body: 'Hi', direction: 'inbound' },
})

t.test('two processes, one for each role, on one empty database', async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const pool = testPool(t, databaseUrl)
  const [ingest, worker] = await Promise.all([
    startRole(t, databaseUrl, 'ingest'),
    startRole(t, databaseUrl, 'worker'),
  ])

  await t.test('one accepts what the other processes within a second', async (t) => {
    for (const messageId of ['AC1', 'AC2', 'AC3']) {
      const { status, body, eventId } = await send(ingest.url, message(messageId))
      t.match({ status, body }, { status: 200, body: { status: 'queued' } })
      const { seconds } = await rowOf<{ seconds: number }>(
        pool,
        `select extract(epoch from processed_at - received_at)::float8 as seconds
        from openphone.webhook_event where id = $1 and status = 'processed'`,
        [eventId],
      )
      t.ok(seconds < 1, `${seconds} s`)
    }
  })

  for (const [role, { url }] of Object.entries({ ingest, worker })) {
    await t.test(`${role} serves what an orchestrator asks`, async (t) => {
      t.equal((await fetch(`${url}/healthz`)).status, 200)
      const ready = await fetch(`${url}/readyz`)
      t.equal(ready.status, 200)
      t.match(await ready.json(), { checks: { database: 'ok', migrations: 'ok' } })
      const metrics = await fetch(`${url}/metrics`)
      t.equal(metrics.status, 200)
      t.match(await metrics.text(), /^process_cpu_seconds_total /m)
    })
  }

  await t.test('only the worker is ready by what its worker does', async (t) => {
    t.match(await (await fetch(`${worker.url}/readyz`)).json(), { checks: { worker: 'ok' } })
    t.notMatch(await (await fetch(`${ingest.url}/readyz`)).json(), { checks: { worker: 'ok' } })
  })

  await t.test('the worker has no webhook', async (t) => {
    t.equal((await send(worker.url, message('AC4'))).status, 404)
    t.equal((await fetch(worker.url + WEBHOOK_PATH)).status, 404)
  })

  for (const [role, { child, ended, logged, errors }] of Object.entries({ ingest, worker })) {
    await t.test(`${role} ends with exit code 0 when it is told to`, async (t) => {
      child.kill('SIGTERM')
      t.same(await ended, { code: 0, signal: null })
      t.match(await logged('stopping'), { signal: 'SIGTERM' })
      await logged('stopped')
      t.equal(errors(), '')
    })
  }

  await t.test('neither did the work of the other', async (t) => {
    t.ok(worker.lines.some(({ event }) => event === 'attempt'))
    t.notOk(worker.lines.some(({ event }) => event === 'webhook'))
    t.ok(ingest.lines.some(({ event }) => event === 'webhook'))
    t.notOk(ingest.lines.some(({ event }) => event === 'attempt'))
  })
})

t.test('a process in the middle of a batch', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const holder = await connect(t, pool)
  /** A process with a batch that waits for a row that is not committed. */
  const startBusy = async (messageId: string, env?: Record<string, string>) => {
    await holder.query('begin')
    await holder.query('insert into openphone.message (id) values ($1)', [messageId])
    const app = await startRole(t, url, 'all', env)
    const { eventId } = await send(app.url, message(messageId))
    await rowOf(
      pool,
      `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and application_name = 'openphone-worker'`,
    )
    return { ...app, eventId }
  }
  const statusOf = async (eventId: string) => {
    const { rows } = await pool.query('select status from openphone.webhook_event where id = $1', [eventId])
    return rows[0]?.status
  }

  await t.test('finishes it when it is told to stop', async (t) => {
    const { child, logged, ended, eventId } = await startBusy('AC1')
    child.kill('SIGINT')
    await logged('stopping')
    t.equal(await statusOf(eventId), 'received')
    await holder.query('rollback')
    t.same(await ended, { code: 0, signal: null })
    t.equal(await statusOf(eventId), 'processed')
  })

  await t.test('quits at once when it is told so a second time', async (t) => {
    const { child, logged, ended, eventId } = await startBusy('AC2')
    child.kill('SIGTERM')
    await logged('stopping')
    child.kill('SIGTERM')
    t.same(await ended, { code: 1, signal: null })
    t.equal(await statusOf(eventId), 'received', 'and what it had in hand is kept')
    await holder.query('rollback')
  })

  await t.test('quits when it is not done within the grace, and says so', async (t) => {
    const { child, ended, errors } = await startBusy('AC3', { SHUTDOWN_GRACE_SECONDS: '1' })
    child.kill('SIGTERM')
    t.same(await ended, { code: 1, signal: null })
    t.match(errors(), /^Not closed within SHUTDOWN_GRACE_SECONDS=1/)
    await holder.query('rollback')
  })
})

t.test('a process that cannot start', async (t) => {
  /** What it tells people at its end. */
  const failed = async (t: Test, env: Record<string, string>) => {
    const { ended, errors } = spawnApp(t, env)
    t.same(await ended, { code: 1, signal: null })
    return errors()
  }
  const stackFrame = /\n {4}at /

  await t.test('names every problem of its settings, and no values', async (t) => {
    const errors = await failed(t, {
      DATABASE_URL: 'mysql://app:secret-of-the-database@127.0.0.1/x',
      OPENPHONE_SIGNING_SECRETS: 'secret-too-short',
      PORT: 'eighty',
      RETRY_LIMIT: '-1',
      ROLE: 'everything',
    })
    for (const name of ['DATABASE_URL', 'OPENPHONE_SIGNING_SECRETS', 'PORT', 'RETRY_LIMIT', 'ROLE']) {
      t.match(errors, new RegExp(`^${name}\\b.*: must be `, 'm'))
    }
    t.notMatch(errors, /secret-/)
    t.notMatch(errors, stackFrame)
  })

  await t.test('says so when its port is taken', async (t) => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    t.teardown(() => other.close())
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const errors = await failed(t, {
      DATABASE_URL: await createTestDatabase(t),
      OPENPHONE_SIGNING_SECRETS: SIGNING_SECRETS,
      PORT: port,
    })
    t.match(errors, `address already in use 127.0.0.1:${port}`)
  })

  await t.test('says so when its database is not there, without its password', async (t) => {
    const errors = await failed(t, {
      DATABASE_URL: 'postgres://app:secret-of-the-database@127.0.0.1:9/x',
      OPENPHONE_SIGNING_SECRETS: SIGNING_SECRETS,
    })
    t.match(errors, /ECONNREFUSED 127\.0\.0\.1:9/)
    t.notMatch(errors, /secret-/)
  })

  await t.test('says what to do when it may not migrate an empty database', async (t) => {
    const errors = await failed(t, {
      DATABASE_URL: await createTestDatabase(t),
      OPENPHONE_SIGNING_SECRETS: SIGNING_SECRETS,
      AUTO_MIGRATE: 'false',
    })
    t.match(errors, /Run `npm run migrate`, or set AUTO_MIGRATE=true\./)
    t.notMatch(errors, stackFrame)
  })
})
