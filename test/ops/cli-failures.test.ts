import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { runJson, runOps } from './command.ts'
import { makeEvents } from './fixture.ts'

t.test('failures', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  await makeEvents(pool, { count: 3, ageHours: 5, error: 'Error: a' })
  const [newest = ''] = await makeEvents(pool, { type: 'call.completed', error: 'Error: b' })

  await t.test('are grouped, then told one by one, the newest first', async (t) => {
    const { code, json } = await runJson(url, ['failures', '--limit', '2'])
    t.equal(code, 0)
    t.match(json, {
      count: 4,
      groups: [{ type: 'message.received', error: 'Error: a', count: 3 }, { count: 1 }],
      failures: [{ eventId: newest, attempts: 6, deadJobId: String }, { type: 'message.received' }],
    })
    t.equal(json.failures.length, 2)
  })

  await t.test('are chosen by type and time', async (t) => {
    t.match((await runJson(url, ['failures', '--type', 'call.completed'])).json, { count: 1 })
    t.match((await runJson(url, ['failures', '--since', '1h'])).json, { count: 1 })
    const since = new Date(Date.now() - 6 * 3_600_000).toISOString()
    t.match((await runJson(url, ['failures', '--since', since])).json, { count: 4 })
  })

  await t.test('are a table for people', async (t) => {
    const { stdout } = await runOps(['failures'], { DATABASE_URL: url })
    t.match(stdout, /^4 failed events\.\n\nfailed {2}type {14}newest/)
    t.match(stdout, new RegExp(`${newest} {2}call\\.completed`))
  })

  await t.test('end with what to do about them', async (t) => {
    const { stdout } = await runOps(['failures', '--limit', '2'], { DATABASE_URL: url })
    t.match(stdout, /\n\nThe newest 2:\n\nevent /)
    t.match(stdout, new RegExp(`npm run ops -- show ${newest}\n.*npm run ops -- replay --status failed\n$`))
    const status = await runOps(['status'], { DATABASE_URL: url })
    t.match(status.stdout, /\n\nWhat failed, and what to do about it: npm run ops -- failures\n$/)
  })

  await t.test('that do not exist: nothing matched', async (t) => {
    t.match(await runJson(url, ['failures', '--type', 'nix']), {
      code: 1,
      json: { count: 0, groups: [], failures: [] },
    })
    const { code, stdout } = await runOps(['failures', '--type', 'nix'], { DATABASE_URL: url })
    t.match({ code, stdout }, { code: 1, stdout: 'No failed event matches.\n' })
  })
})
