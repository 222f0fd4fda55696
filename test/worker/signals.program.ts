import t from 'tap'
import { connect, prepareTestDatabase, rowOf } from '../db/prepared.ts'
import { startRole } from '../helper/app-process.ts'
import { send } from '../helper/send.ts'

t.test('a process that is told to stop in the middle of a batch', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const holder = await connect(t, pool)
  /** A process with a batch that waits for a row that is not committed. */
  const startBusy = async (messageId: string, env?: Record<string, string>) => {
    await holder.query('begin')
    await holder.query('insert into openphone.message (id) values ($1)', [messageId])
    const app = await startRole(t, url, 'all', env)
    const { eventId } = await send(app.url, {
      type: 'message.received',
      data: { messageId, from: '+15555550101', to: '+15555550199', body: 'Hi', direction: 'inbound' },
    })
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

  await t.test('finishes it', async (t) => {
    const { child, logged, ended, eventId } = await startBusy('AC1')
    child.kill('SIGINT')
    await logged('stopping')
    t.equal(await statusOf(eventId), 'received')
    await holder.query('rollback')
    t.same(await ended, { code: 0, signal: null })
    t.equal(await statusOf(eventId), 'processed')
  })

  await t.test('quits at once when it is told a second time', async (t) => {
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
