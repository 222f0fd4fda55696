import type { Page } from 'playwright-core'
import t from '../helper/tap.ts'
import { OPS_TOKEN } from '../http-ops/fixture.ts'
import { inBrowser, openPage } from './browser.ts'
import { startFaulty } from './fault.ts'

t.test('everything can be done by keyboard', inBrowser, async (t) => {
  const app = await startFaulty(t)
  const eventId = await app.fail('AC1')
  await app.fail('AC2')
  const { page } = await openPage(t, app.app.url)
  page.mouse.click = () => Promise.reject(new Error('no mouse here'))

  t.equal(await focused(page), 'token', 'the field is ready to be typed into')
  await page.keyboard.type(OPS_TOKEN)
  await page.keyboard.press('Enter')
  await page.locator('#health[data-level="attention"]').waitFor()
  t.equal(await focused(page), 'main')

  await tabTo(page, /^2\s*message\.received/)
  t.equal(
    await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`),
    'solid',
    'focus shows',
  )
  await page.keyboard.press('Enter')
  await page.getByRole('list', { name: 'Newest failures of this kind' }).getByRole('button').first().waitFor()

  await page.keyboard.press('/')
  await page.keyboard.type('EVAC1')
  await page.keyboard.press('Enter')
  await page.getByText('1 event found').waitFor()
  await tabTo(page, /message\.received\s*failed/)
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name: 'message.received' })
  await sheet.locator('.payload').waitFor()
  t.equal(await focused(page), 'event-title', 'a screen reader begins with the title')

  await app.mend()
  await tabTo(page, /^Replay$/)
  await page.keyboard.press('Enter')
  await app.eventWith(eventId, 'processed')
  await sheet.locator('.status[data-status="processed"]').waitFor()
  t.ok(
    await page.evaluate(`document.querySelector('#event').contains(document.activeElement)`),
    'the focus stays in the dialog',
  )
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'hidden' })
  t.match(await focusedText(page), /message\.received/, 'the focus is back where it came from')

  await page.getByRole('button', { name: 'Replay all 1…' }).waitFor()
  await tabTo(page, /^Replay all 1…$/, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Replay 1 event?' }).waitFor()
  t.equal(await focusedText(page), 'Cancel', 'Enter alone does nothing that was not meant')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText('Nothing has failed.', { exact: true }).waitFor()
})

/** Goes on until the focus is on what reads like that. */
async function tabTo(page: Page, text: RegExp, key = 'Tab'): Promise<void> {
  for (let count = 0; count < 80; count += 1) {
    await page.keyboard.press(key)
    if (text.test(await focusedText(page))) return
  }
  throw new Error(`${text} is not reached by ${key}`)
}

function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.id')
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.innerText')
}
