import t from 'tap'
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
