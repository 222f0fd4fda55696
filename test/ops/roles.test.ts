import { replayEvents } from '../../src/ops/replay-events.ts'
import { createDatabase } from '../../src/tables/database.ts'
import { prepareTestDatabase, testPool } from '../db/prepared.ts'
import { startPipeline } from '../helper/pipeline.ts'
import { makeRoles } from '../helper/roles.ts'
import t from '../helper/tap.ts'
import { messageReceived } from '../worker/fixture.ts'
import { runJson, runOps } from './command.ts'
import { makeEvents } from './fixture.ts'

t.test('sql/roles.sql, which does no harm a second time', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const { readonlyUrl, appUrl } = await makeRoles(t, pool, url)
  const [id = ''] = await makeEvents(pool)

  await t.test('makes a role that may look and do nothing else', async (t) => {
    const looking = testPool(t, readonlyUrl)
    for (const view of ['ops_failures', 'ops_backlog', 'ops_throughput', 'ops_event', 'contact']) {
      await t.resolves(looking.query(`select * from openphone.${view}`), view)
    }
    for (const statement of [
      'delete from openphone.webhook_event',
      `update pgboss.job set state = 'cancelled'`,
      'create table openphone.mine ()',
    ]) {
      await t.rejects(looking.query(statement), { code: '42501' }, statement)
    }
    for (const args of [['status'], ['failures'], ['show', id]]) {
      t.equal((await runJson(readonlyUrl, args)).code, 0, args.join(' '))
    }
    const { code, stderr } = await runOps(['replay', id], { DATABASE_URL: readonlyUrl })
    t.match({ code, stderr }, { code: 1, stderr: /may not do that: permission denied.*sql\/roles\.sql/ })
    t.match(await runJson(url, ['failures']), { json: { count: 1 } })
  })

  await t.test('makes a role that the app can run as, without owning anything', async (t) => {
    const env = { AUTO_MIGRATE: 'false', DATABASE_URL: appUrl }
    const { send, eventWith, app, logLines } = await startPipeline(t, { databaseUrl: appUrl, env })
    const answer = await send(JSON.parse(messageReceived('AC1').payload.toString()))
    await eventWith(answer.eventId, 'processed')
    t.equal((await fetch(`${app.url}/readyz`)).status, 200)

    const acting = testPool(t, appUrl)
    await replayEvents(createDatabase(acting), [id], { notify: true })
    await eventWith(id, 'processed')
    t.same(
      logLines.filter((line) => JSON.parse(line).level >= 50),
      [],
    )
    for (const statement of [
      'drop table openphone.message',
      'create table pgboss.mine ()',
      'delete from openphone.kysely_migration',
    ]) {
      await t.rejects(acting.query(statement), { code: '42501' }, statement)
    }
    await makeEvents(pool)
    t.match(await runJson(appUrl, ['redrive', '--yes']), { code: 0, json: { moved: 1 } })
  })

  await t.test('covers tables that a migration adds later', async (t) => {
    await pool.query('create table openphone.later (id int); create table pgboss.later (id int)')
    const [looking, acting] = [testPool(t, readonlyUrl), testPool(t, appUrl)]
    for (const table of ['openphone.later', 'pgboss.later']) {
      await t.resolves(looking.query(`select * from ${table}`))
      await t.resolves(acting.query(`insert into ${table} values (1)`))
    }
  })
})
