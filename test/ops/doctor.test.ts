import { once } from 'node:events'
import { createServer } from 'node:net'
import { examine } from '../../src/ops/doctor/examine.ts'
import type { Finding } from '../../src/ops/doctor/finding.ts'
import { UsageError } from '../../src/trigger/usage-error.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import { startPipeline } from '../helper/pipeline.ts'
import { createTestDatabase } from '../helper/postgres.ts'
import { secrets } from '../helper/secrets.ts'
import { WEBHOOK_PATH } from '../helper/send.ts'
import t, { type Test } from '../helper/tap.ts'
import { runOps, spawnOps } from './command.ts'
import { makeDeadLetters, makeEvents } from './fixture.ts'

/** What the doctor finds with these settings, and nothing else in its environment. */
async function findings(env: Record<string, string>, url?: string) {
  const found: Finding[] = []
  await examine({ env, url, onFinding: (finding) => found.push(finding) })
  const of = (check: string) => found.filter((finding) => finding.check === check)
  return { all: found, of, wrong: found.filter(({ level }) => level === 'wrong') }
}

/** A port that nothing listens on. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return String(typeof address === 'object' ? address?.port : undefined)
}

const signing = { OPENPHONE_SIGNING_SECRETS: secrets.legacy }

async function startServer(t: Test) {
  const { app, databaseUrl, pool } = await startPipeline(t)
  return { pool, url: app.url, env: { DATABASE_URL: databaseUrl, ...signing, PORT: new URL(app.url).port } }
}

t.test('an installation that is well', async (t) => {
  const { env, pool, url } = await startServer(t)

  await t.test('is found to be, by a signed delivery through the real endpoint too', async (t) => {
    const { code, stdout } = await runOps(['doctor', '--json'], env)
    const report: { ok: boolean; findings: Finding[] } = JSON.parse(stdout)
    t.match({ code, ok: report.ok }, { code: 0, ok: true })
    t.same(
      report.findings.map(({ check, level }) => `${check} ${level}`),
      [
        'configuration ok',
        'database ok',
        'clock ok',
        'migrations ok',
        'pg-boss schema ok',
        'queues ok',
        'retention ok',
        'workers ok',
        'events ok',
        'delivery ok',
      ],
    )
    const { rows } = await pool.query('select type, status, scheme from openphone.webhook_event')
    t.same(rows, [{ type: 'openphone-pipeline.doctor', status: 'ignored', scheme: 'legacy' }])
  })

  await t.test('is told to people a line each', async (t) => {
    const { code, stdout } = await runOps(['doctor', '--url', url + WEBHOOK_PATH], env)
    t.equal(code, 0)
    t.match(
      stdout,
      /^ok {6}configuration: the settings are good: role all, DATABASE_URL, 1 signing secret set\n/,
    )
    t.match(
      stdout,
      /\nok {6}delivery: a signed delivery was accepted and seen to \d+ ms later\n\nAll is well\.\n$/,
    )
    t.notMatch(stdout, secrets.legacy)
  })

  await t.test('but is not with another signing secret', async (t) => {
    const other = { ...env, OPENPHONE_SIGNING_SECRETS: Buffer.alloc(32, 'other').toString('base64') }
    const { of } = await findings(other)
    t.match(of('delivery'), [
      { level: 'wrong', message: /did not accept.*400/, advice: /OPENPHONE_SIGNING_SECRETS/ },
    ])
  })

  await t.test('but is not where the server has another database', async (t) => {
    const { url: DATABASE_URL } = await prepareTestDatabase(t)
    const { of } = await findings({ ...env, DATABASE_URL })
    t.match(of('delivery'), [
      { level: 'wrong', message: /is not in this database/, advice: /another database/ },
    ])
  })

  await t.test('and no delivery is tried without a secret, or where no server answers', async (t) => {
    const { OPENPHONE_SIGNING_SECRETS, ...without } = env
    t.match((await findings(without)).of('delivery'), [{ level: 'notice', message: /no signing secret/ }])
    t.match((await findings({ ...env, PORT: await freePort() })).of('delivery'), [
      { level: 'notice', message: /no server answers at http:\/\/127\.0\.0\.1:\d/, advice: /--url/ },
    ])
    const asked = await findings(env, `http://127.0.0.1:${await freePort()}/hook`)
    t.match(asked.of('delivery'), [{ level: 'wrong', advice: /No server listens/ }])
    const found: Finding[] = []
    await t.rejects(examine({ env, url: 'nowhere', onFinding: (finding) => found.push(finding) }), UsageError)
    t.same(found, [], 'which is told before anything is looked at')
  })
})

t.test('what is wrong is found, with what to do about it', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const env = { DATABASE_URL: url, ...signing, PORT: await freePort() }

  await t.test('no worker', async (t) => {
    const { of, wrong } = await findings(env)
    t.equal(wrong.length, 1)
    const { code, stdout } = await runOps(['doctor'], env)
    t.match(
      { code, stdout },
      { code: 1, stdout: /WRONG {3}workers: none is running.*\n {8}→ Start one[\s\S]*\n1 to be mended\.\n$/ },
    )
    t.match(of('workers'), [{ level: 'wrong', advice: /npm run worker/ }])
    t.match(of('retention'), [{ level: 'notice', advice: /^Start a worker/ }])
  })

  await t.test('a queue that is not as the settings say', async (t) => {
    const { of } = await findings({ ...env, RETRY_LIMIT: '7' })
    t.match(of('queues'), [
      { level: 'wrong', message: 'openphone-events is not as the settings say: retryLimit is 5 and not 7' },
    ])
  })

  await t.test(
    'dead letters without a failed event, failed events without a dead letter, lost events',
    async (t) => {
      const letters = await makeEvents(pool, { count: 2, status: 'processed', ageHours: 1 })
      await makeDeadLetters(pool, letters)
      await pool.query(`update pgboss.job set created_on = now() - interval '1 hour'`)
      const lost = await makeEvents(pool, { count: 3, ageHours: 1 })
      await pool.query('delete from pgboss.job where source_root_id = any ($1)', [lost])
      await makeEvents(pool, { count: 4, status: 'received', ageHours: 1 })
      const { of } = await findings(env)
      t.match(of('dead letters'), [
        { level: 'wrong', message: /^2 dead letters without/, advice: /redrive/ },
        { level: 'wrong', message: /^3 failed events without/, advice: /replay --status failed/ },
      ])
      t.match(of('events'), [
        { level: 'wrong', message: /^4 events received/, advice: /replay --status received/ },
      ])

      const DATABASE_URL = url
      await runOps(['redrive', '--yes'], { DATABASE_URL })
      await runOps(['replay', '--status', 'failed'], { DATABASE_URL })
      await runOps(['replay', '--status', 'received'], { DATABASE_URL })
      const after = await findings(env)
      t.match(after.of('events'), [{ level: 'ok' }], 'what it says to do mends it')
      t.same(after.of('dead letters'), [])
    },
  )

  await t.test('a damaged schema of pg-boss', async (t) => {
    await pool.query('drop index pgboss.job_common_i12')
    await pool.query('alter table pgboss.queue add column note text')
    const { of } = await findings(env)
    t.match(of('pg-boss schema'), [
      {
        level: 'wrong',
        message: /missing index job_common_i12; other columns in queue$/,
        advice: /npx pg-boss doctor/,
      },
    ])
  })

  await t.test('a schema of pg-boss that is of another version', async (t) => {
    const { rows } = await pool.query('select version from pgboss.version')
    await pool.query('update pgboss.version set version = 1')
    t.match((await findings(env)).of('pg-boss schema'), [{ level: 'wrong', message: /npm run migrate/ }])
    await pool.query('update pgboss.version set version = $1', [rows[0].version])
  })

  await t.test('a queue that is gone', async (t) => {
    await pool.query(`delete from pgboss.job`)
    await pool.query(`delete from pgboss.queue where name = 'openphone-events'`)
    const { of } = await findings(env)
    t.match(of('queues'), [
      { level: 'wrong', message: /openphone-events is missing/, advice: /npm run migrate/ },
    ])
  })
})

t.test('a database that does not run is not well', async (t) => {
  const folder = t.testdir({})
  const { code, stdout } = await spawnOps(['doctor'], {}, folder)
  t.match(
    { code, stdout },
    { code: 1, stdout: /\nWRONG {3}database: .*Run npm start first[\s\S]*1 to be mended/ },
  )
})

t.test('settings and databases that cannot be used are findings too', async (t) => {
  const bad = await findings({
    DATABASE_URL: 'postgres://someone:hidden@127.0.0.1:9/nothing',
    RETRY_LIMIT: '-1',
  })
  t.match(bad.of('configuration'), [
    { level: 'wrong', message: /RETRY_LIMIT: must be[\s\S]*OPENPHONE_SIGNING_SECRETS/ },
  ])
  t.match(bad.of('database'), [{ level: 'notice', message: 'not looked at before the settings are good' }])

  const away = await findings({ DATABASE_URL: 'postgres://someone:hidden@127.0.0.1:9/nothing', ...signing })
  t.match(away.of('database'), [
    { level: 'wrong', message: /No database answers at 127\.0\.0\.1:9\/nothing/ },
  ])
  t.notMatch(JSON.stringify(away.all), /hidden/)

  const empty = await findings({ DATABASE_URL: await createTestDatabase(t), ...signing })
  t.match(empty.of('migrations'), [
    { level: 'wrong', message: /0001_webhook_event/, advice: /npm run migrate/ },
  ])
})
