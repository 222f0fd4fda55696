import t from '../helper/tap.ts'
import { startOpsWithoutWorker } from '../http-ops/fixture.ts'
import { makeEvents } from '../ops/fixture.ts'
import { inBrowser, openBoard } from './browser.ts'
import { startFaulty } from './fault.ts'

t.test(
  'an operator finds a failed event, reads why, replays it and sees it processed',
  inBrowser,
  async (t) => {
    const app = await startFaulty(t)
    const eventId = await app.fail('AC1')
    const { page } = await openBoard(t, app.app.url)

    t.equal(await page.locator('#health').getAttribute('data-level'), 'attention')
    t.match(
      await page.locator('#health-text').textContent(),
      /^1 event has failed: message\.received: .*"message".*"a_fault"/,
    )
    const group = page.getByRole('listitem').filter({ hasText: 'message.received' }).first()
    t.match(await group.textContent(), /violates check constraint "a_fault"/)
    await group.getByRole('button', { expanded: false }).click()
    await group
      .getByRole('list', { name: 'Newest failures of this kind' })
      .getByRole('button')
      .first()
      .click()

    const sheet = page.getByRole('dialog', { name: 'message.received' })
    t.match(await sheet.locator('.summary').textContent(), /failed.*after 1 attempt/s)
    t.match(await sheet.locator('.error-box').textContent(), /violates check constraint "a_fault"/)
    t.match(
      await sheet.locator('.timeline').textContent(),
      /Received.*Attempt began.*attempt 1 of 1.*Failed for good/s,
    )
    t.match(await sheet.locator('.payload').textContent(), /"senderIdentifier": "\+14155550123"/)
    t.match(page.url(), new RegExp(`#event=${eventId}$`))

    await app.mend()
    await sheet.getByRole('button', { name: 'Replay' }).click()
    await sheet.locator('.status[data-status="processed"]').waitFor()
    t.match(await sheet.locator('.timeline').textContent(), /Replayed.*Processed/s)
    t.match(await sheet.locator('.error-box').textContent(), /since overcome/)
    await sheet.getByText('message AC1').click()
    t.match(await sheet.locator('.rows').textContent(), /"body": "Hello"/)
    await sheet.getByRole('button', { name: 'Close' }).click()

    await page.locator('#health[data-level="well"]').waitFor()
    t.match(await page.locator('#health-text').textContent(), /^All is well/)
    await page.getByText('Nothing has failed.', { exact: true }).waitFor()
    t.equal((await app.eventWith(eventId, 'processed')).attempts, 1)
  },
)

t.test('a group is replayed after the number was agreed to, and no more than that', inBrowser, async (t) => {
  const app = await startFaulty(t)
  for (const id of ['AC1', 'AC2', 'AC3']) await app.fail(id)
  const { eventId: useless } = await app.send({ type: 'call.completed', data: { nothing: true } })
  await app.eventWith(useless, 'failed')
  const { page } = await openBoard(t, app.app.url)
  const replay = page.getByRole('button', { name: 'Replay 3 events: message.received' })
  const confirm = page.getByRole('dialog', { name: 'Replay 3 events?' })

  await replay.click()
  t.match(await confirm.textContent(), /message\.received: .*violates check constraint/)
  await confirm.getByRole('button', { name: 'Cancel' }).click()
  t.equal(await confirm.count(), 0)
  t.match((await app.get('/failures')).body, { total: 4 }, 'nothing is done without agreement')

  await replay.click()
  await confirm.waitFor()
  const late = await app.fail('AC4')
  await app.mend()
  await confirm.getByRole('button', { name: 'Replay 3 events' }).click()
  await page.getByText('3 events replayed.').waitFor()
  for (const id of [useless, late])
    t.match((await app.get(`/events/${id}`)).body, { event: { status: 'failed' } })

  await page.getByRole('button', { name: 'Replay all 2…' }).click()
  await page.getByRole('button', { name: 'Replay 2 events', exact: true }).click()
  await app.eventWith(late, 'processed')
  await app.eventWith(useless, 'failed')
})

t.test('what fails while the page is open appears by itself', inBrowser, async (t) => {
  const app = await startFaulty(t)
  const { page } = await openBoard(t, app.app.url)
  await page.getByText('Nothing has failed.', { exact: true }).waitFor()
  await app.fail('AC1')
  await page.getByRole('button', { name: 'Replay 1 event: message.received' }).waitFor()
  t.match(await page.title(), /^Failures/)
})

t.test(
  'of very many kinds of failures a few are shown, and the rest when asked for',
  inBrowser,
  async (t) => {
    const ops = await startOpsWithoutWorker(t)
    for (let kind = 0; kind < 12; kind += 1) {
      await makeEvents(ops.pool, { count: 2, error: `Error: kind ${kind}`, ageHours: kind })
    }
    const { page } = await openBoard(t, ops.app.url)
    const kinds = page.locator('#failure-groups > li')
    await page.getByRole('button', { name: 'Replay all 24…' }).waitFor()
    t.equal(await kinds.count(), 8)
    t.match(await kinds.first().textContent(), /kind 0/)
    await page.getByRole('button', { name: 'Show 4 more kinds' }).click()
    t.equal(await kinds.count(), 12)
    t.match(await page.evaluate('document.activeElement.innerText'), /kind 8/, 'the focus goes on from there')
    t.notOk(await page.getByRole('button', { name: /more kind/ }).isVisible())
  },
)

t.test('a kind that is being read stays, and keeps the focus, when newer ones come', inBrowser, async (t) => {
  const ops = await startOpsWithoutWorker(t)
  for (let kind = 0; kind < 8; kind += 1) {
    await makeEvents(ops.pool, { error: `Error: kind ${kind}`, ageHours: kind + 1 })
  }
  const { page } = await openBoard(t, ops.app.url)
  const kinds = page.locator('#failure-groups')
  const last = kinds.getByRole('button', { name: /kind 7/ })
  await last.click()
  await page.getByRole('list', { name: 'Newest failures of this kind' }).getByRole('button').first().waitFor()
  await makeEvents(ops.pool, { error: 'Error: kind 8' })
  await kinds.getByRole('button', { name: /kind 8/ }).waitFor()
  t.equal(await last.getAttribute('aria-expanded'), 'true')
  t.match(await page.evaluate('document.activeElement.innerText'), /kind 7/)

  // Its own newest failure brings it to the top.
  await makeEvents(ops.pool, { error: 'Error: kind 7' })
  await page.locator('#failure-groups > li:first-child', { hasText: 'kind 7' }).waitFor()
  t.match(await page.evaluate('document.activeElement.innerText'), /kind 7/)
})

t.test('failed events are listed with the time that they are in the order of', inBrowser, async (t) => {
  const ops = await startOpsWithoutWorker(t)
  const [first = '', second = ''] = await makeEvents(ops.pool, { count: 2, ageHours: 3 })
  for (const [id, at] of [
    [first, '2026-01-02T00:00:00Z'],
    [second, '2026-01-01T00:00:00Z'],
  ]) {
    await ops.pool.query('update openphone.webhook_event set failed_at = $2 where id = $1', [id, at])
  }
  const { page } = await openBoard(t, ops.app.url)
  await page.getByLabel('Status').selectOption('failed')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('2 events found').waitFor()
  const times = await page.locator('#results time').evaluateAll((all) => all.map((each) => each.title))
  t.same(times, ['2026-01-02T00:00:00.000Z', '2026-01-01T00:00:00.000Z'])
})
