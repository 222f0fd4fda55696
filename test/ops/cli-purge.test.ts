import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { runJson } from './command.ts'
import { makeEvents, tally } from './fixture.ts'

t.test('purge', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  await makeEvents(pool, { status: 'processed', count: 4, ageHours: 24 * 100 })
  await makeEvents(pool, { status: 'failed', count: 2, ageHours: 24 * 100 })
  await makeEvents(pool, { status: 'ignored', count: 3, ageHours: 24 })

  t.match(await runJson(url, ['purge', '--older-than', '90d', '--dry-run']), {
    code: 0,
    json: { matched: 4, removed: 0, dryRun: true },
  })
  t.match(await runJson(url, ['purge', '--older-than', '90d']), {
    code: 1,
    json: undefined,
    stderr: /say --yes/,
  })
  t.same((await tally(pool)).statuses, { processed: 4, failed: 2, ignored: 3 })
  t.match(await runJson(url, ['purge', '--older-than', '28h', '--yes']), {
    code: 0,
    json: { matched: 4, removed: 4 },
  })
  t.match(await runJson(url, ['purge', '--older-than', '28h', '--yes']), {
    code: 1,
    json: { matched: 0, removed: 0 },
  })
  t.same((await tally(pool)).statuses, { failed: 2, ignored: 3 })
})
