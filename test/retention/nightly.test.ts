import { RETENTION_QUEUE } from '../../src/retention/nightly.ts'
import { prepareTestDatabase, rowOf, startTestBoss } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { makeEvents, tally } from '../ops/fixture.ts'
import { startWorker } from '../worker/fixture.ts'

t.test('worker processes remove old events every night', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const boss = await startTestBoss(t, url)
  await makeEvents(pool, { status: 'processed', count: 3, ageHours: 24 * 11 })
  await makeEvents(pool, { status: 'processed', count: 2, ageHours: 24 * 9 })
  const env = { RETENTION_DAYS: '10' }
  const workers = await Promise.all([startWorker(t, url, { env }), startWorker(t, url, { env })])

  await t.test('by one schedule for all of them', async (t) => {
    t.match(await boss.getSchedules(RETENTION_QUEUE), [
      { name: RETENTION_QUEUE, cron: '23 7 * * *', timezone: 'UTC', options: { missed: 'once' } },
    ])
    t.equal((await boss.getSchedules()).length, 1)
  })

  await t.test('one at a time: a second job is not taken while there is one', async (t) => {
    const first = await boss.send(RETENTION_QUEUE, null, { startAfter: 60 })
    t.ok(first)
    t.equal(await boss.send(RETENTION_QUEUE), null)
    await boss.cancel(RETENTION_QUEUE, first ?? '')
  })

  await t.test('those older than RETENTION_DAYS', async (t) => {
    t.ok(await boss.send(RETENTION_QUEUE))
    const job = await rowOf<{ output: unknown }>(
      pool,
      `select output from pgboss.job where name = $1 and state = 'completed'`,
      [RETENTION_QUEUE],
    )
    t.same(job.output, { removed: 3 })
    t.same((await tally(pool)).statuses, { processed: 2 })
    const lines = workers.flatMap(({ logLines }) => logLines.filter((line) => line.includes('"retention"')))
    t.equal(lines.length, 1)
    t.match(JSON.parse(lines[0] ?? ''), { event: 'retention', removed: 3, retentionDays: 10 })
  })
})
