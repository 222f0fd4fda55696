import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { runJson, runOps } from './command.ts'
import { liveJobsOf, makeEvents, noSuchEvent, tally } from './fixture.ts'

t.test('replay', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const failed = await makeEvents(pool, { count: 150, ageHours: 3 })
  const [processed = ''] = await makeEvents(pool, { status: 'processed', type: 'call.completed' })
  const replayed = { replayed: 0, alreadyWaiting: 0, missing: 0 }

  await t.test('with an id that is unknown: nothing is replayed', async (t) => {
    const unknown = noSuchEvent()
    const { code, json, stderr } = await runJson(url, ['replay', processed, unknown])
    t.match({ code, json }, { code: 1, json: undefined })
    t.match(stderr, `No event has the id "${unknown}"`)
    t.match(stderr, 'Nothing was replayed.')
    t.same((await tally(pool)).statuses, { failed: 150, processed: 1 })
  })

  await t.test('of events by id', async (t) => {
    t.match(await runJson(url, ['replay', processed, '--dry-run']), {
      code: 0,
      json: { matched: 1, ...replayed, dryRun: true },
    })
    t.same((await tally(pool)).statuses, { failed: 150, processed: 1 })
    const result = await runJson(url, ['replay', processed, failed[0] ?? '', `EV${failed[1]}`])
    t.match(result, { code: 0, json: { matched: 3, ...replayed, replayed: 3, dryRun: false } })
    t.match(result.stderr, 'No worker is running')
    t.same((await tally(pool)).statuses, { failed: 148, received: 3 })
    t.equal((await liveJobsOf(pool, processed)).length, 1)
  })

  await t.test('by a filter that matches nothing', async (t) => {
    t.match(await runJson(url, ['replay', '--type', 'nix']), { code: 1, json: { matched: 0, ...replayed } })
    t.match(await runJson(url, ['replay', '--since', '1h']), { code: 1, json: { matched: 0 } })
    t.match(await runJson(url, ['replay', '--until', '1w']), { code: 1, json: { matched: 0 } })
  })

  await t.test('of more than 100 by a filter is refused without --yes', async (t) => {
    t.match(await runJson(url, ['replay', '--status', 'failed']), {
      code: 1,
      json: undefined,
      stderr: /^Replay 148 failed events\? Nothing was done: say --yes/,
    })
    t.match(await runJson(url, ['replay', '--status', 'failed', '--dry-run']), {
      code: 0,
      json: { matched: 148, replayed: 0, dryRun: true },
    })
    t.same((await tally(pool)).statuses, { failed: 148, received: 3 })
  })

  await t.test('of as many as match, with --yes', async (t) => {
    const { code, stdout } = await runOps(
      ['replay', '--type', 'message.received', '--since', '4h', '--until', '2h', '--yes'],
      { DATABASE_URL: url },
    )
    t.match({ code, stdout }, { code: 0, stdout: 'Replayed 148 events.\n' })
    t.same((await tally(pool)).statuses, { received: 151 })
  })

  await t.test('of a few by a filter needs no --yes', async (t) => {
    const result = await runJson(url, ['replay', '--status', 'received', '--type', 'call.completed'])
    t.match(result, { code: 0, json: { matched: 1, replayed: 1, alreadyWaiting: 1 } })
  })
})
