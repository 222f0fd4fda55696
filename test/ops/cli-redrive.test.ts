import { prepareTestDatabase, rowOf } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { startWorker } from '../worker/fixture.ts'
import { runJson, runOps } from './command.ts'
import { makeEvents, tally } from './fixture.ts'

t.test('redrive', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const nothing = { matched: 0, moved: 0, settled: 0, dryRun: false }
  t.match(await runJson(url, ['redrive', '--yes']), { code: 1, json: nothing })
  await makeEvents(pool, { count: 3 })

  t.match(await runJson(url, ['redrive', '--dry-run']), {
    code: 0,
    json: { matched: 3, moved: 0, dryRun: true },
  })
  const refused = await runJson(url, ['redrive'])
  t.match(refused, { code: 1, json: undefined, stderr: /^Move 3 dead letters back to openphone-events\?/ })
  t.same((await tally(pool)).statuses, { failed: 3 })
  t.match(await runJson(url, ['redrive', '--limit', '2', '--yes']), {
    code: 0,
    json: { matched: 2, moved: 2 },
  })
  t.same((await tally(pool)).statuses, { failed: 1, received: 2 })

  await startWorker(t, url)
  const { code, stdout } = await runOps(['redrive', '--yes'], { DATABASE_URL: url })
  t.match({ code, stdout }, { code: 0, stdout: 'Moved 1 dead letter back to openphone-events.\n' })
  await rowOf(
    pool,
    `select from openphone.webhook_event having count(*) filter (where status = 'processed') = 3`,
  )
})
