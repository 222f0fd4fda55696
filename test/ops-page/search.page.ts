import t from '../helper/tap.ts'
import { startOps } from '../http-ops/fixture.ts'
import { inBrowser, openBoard } from './browser.ts'
import { messageReceived } from './fault.ts'

t.test('the search', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { eventId } = await ops.send(messageReceived('AC1', '+14155550123'), { webhookId: 'msg_1' })
  await ops.send(messageReceived('AC2', '+14155550124'))
  await ops.eventWith((await ops.send({ type: 'a.new.kind', data: {} })).eventId, 'ignored')
  await ops.eventWith(eventId, 'processed')
  const { page } = await openBoard(t, ops.app.url)
  const rows = page.getByRole('list', { name: 'Events, the newest first' }).getByRole('listitem')
  const note = page.locator('#results-note')
  const search = async (fill: () => Promise<unknown>) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('The newest 3, as they come').waitFor()
    await fill()
    await page.getByRole('button', { name: 'Search' }).click()
    await page.locator('#results-note:has-text("found")').waitFor()
  }

  t.test('shows the newest before anything is asked', async (t) => {
    await page.getByText('The newest 3, as they come').waitFor()
    t.match(await rows.allTextContents(), [
      /a\.new\.kind.*ignored/s,
      /message\.received/,
      /message\.received/,
    ])
  })

  t.test('finds by a phone number, and says who and what is known', async (t) => {
    await search(() => page.getByLabel('Phone number or id').fill('(415) 555-0123'))
    t.match(await rows.allTextContents(), [/message\.received.*processed.*after/s])
    t.equal(await note.textContent(), '1 event found')
    t.match(await page.locator('#known').textContent(), /^\+14155550123.*incoming message.*AC1/s)
  })

  for (const [what, fill, found] of [
    ['an id', () => page.getByLabel('Phone number or id').fill('EVAC2'), 1],
    ['the id of a delivery', () => page.getByLabel('Phone number or id').fill('msg_1'), 1],
    ['a status', () => page.getByLabel('Status').selectOption('ignored'), 1],
    ['a type', () => page.getByLabel('Type').fill('message.received'), 2],
    ['a time', () => page.getByLabel('From').fill('2020-01-01T00:00'), 3],
    ['a time before all', () => page.getByLabel('To', { exact: true }).fill('2020-01-01T00:00'), 0],
  ] as const) {
    t.test(`finds by ${what}`, async (t) => {
      await search(fill)
      t.equal(await rows.count(), found)
      t.equal(await page.getByText('No event matches.').isVisible(), found === 0)
    })
  }

  t.test('says what cannot be searched for', async (t) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('From').fill('2026-02-01T00:00')
    await page.getByLabel('To', { exact: true }).fill('2026-01-01T00:00')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('alert').filter({ hasText: '“From” must be before “To”.' }).waitFor()
    t.pass()
  })

  t.test('says that a part of a phone number is not enough', async (t) => {
    await search(() => page.getByLabel('Phone number or id').fill('415 555'))
    await page.getByText('No event matches. A phone number must be whole').waitFor()
    t.equal(await rows.count(), 0)
  })

  t.test('shows an event by its address, and goes back by the browser’s own button', async (t) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await rows.first().getByRole('button').click()
    const sheet = page.getByRole('dialog', { name: 'a.new.kind' })
    await sheet.waitFor()
    await page.reload()
    await sheet.waitFor()
    await sheet.getByRole('button', { name: 'Close' }).click()
    await page.waitForURL(({ href }) => !href.includes('event='))
    t.equal(await page.getByRole('dialog').count(), 0)
    await rows.nth(1).getByRole('button').click()
    await page.getByRole('dialog').waitFor()
    await page.goBack()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })
})

t.test('a payload is shown and copied as it was received', inBrowser, async (t) => {
  const ops = await startOps(t)
  const body = `{"type":"a.kind","data":{"big":12345678901234567890,"one":1.0,"escaped":"\\u00e9\\"}{,","empty":[],"twice":1,"twice":2,"html":"<img src=x onerror=alert(1)>"}}`
  const { eventId } = await ops.send(body)
  const { page } = await openBoard(t, ops.app.url, { permissions: ['clipboard-read', 'clipboard-write'] })
  await page.goto(`${ops.app.url}/ops#event=${eventId}`)
  await page.locator('.payload').waitFor()
  t.equal(
    await page.locator('.payload').textContent(),
    `{
  "type": "a.kind",
  "data": {
    "big": 12345678901234567890,
    "one": 1.0,
    "escaped": "\\u00e9\\"}{,",
    "empty": [],
    "twice": 1,
    "twice": 2,
    "html": "<img src=x onerror=alert(1)>"
  }
}`,
  )
  await page.getByRole('button', { name: 'Copy as received' }).click()
  await page.getByText('Copied, to the byte').waitFor()
  t.equal(await page.evaluate('navigator.clipboard.readText()'), body)
})
