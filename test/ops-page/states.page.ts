import type { Page } from 'playwright-core'
import t from '../helper/tap.ts'
import { startOps } from '../http-ops/fixture.ts'
import { inBrowser, openBoard, openPage } from './browser.ts'

const BUDGET_BYTES = 150_000

t.test('with nothing in the database every part says so', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { page } = await openBoard(t, ops.app.url)
  for (const text of [
    'Nothing has failed.',
    'No event has come yet.',
    'Last hour: 0 received, 0 processed, 0 failed',
  ]) {
    await page.getByText(text, { exact: true }).waitFor()
  }
  t.match(await page.getByRole('table', { name: 'Queues' }).textContent(), /events000–dead letters000–/)
})

t.test('the charts show the last hour, and the last day', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { eventId } = await ops.send({ type: 'a.kind', data: {} })
  await ops.rowOf(`select from pgboss.job where id = $1 and state = 'completed'`, [eventId])
  const { page } = await openBoard(t, ops.app.url)
  await page.getByText('Last hour: 1 received, 1 processed, 0 failed').waitFor()
  t.equal(await page.locator('.uplot').count(), 2)
  await page.getByLabel('24 h').check()
  await page.getByText('Last 24 hours: 1 received, 1 processed, 0 failed').waitFor()
})

t.test('a server that is gone is not taken for a healthy one', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { page } = await openBoard(t, ops.app.url)
  await ops.app.close()
  await page.locator('#health[data-level="unknown"]').waitFor()
  t.match(await page.locator('#health-text').textContent(), /does not answer/)
  t.match(await page.title(), /^No answer/)
})

t.test('an event that is open says when it is not up to date any more', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { eventId } = await ops.send({ type: 'a.kind', data: {} })
  const { page } = await openBoard(t, ops.app.url)
  await page.goto(`${ops.app.url}/ops#event=${eventId}`)
  const sheet = page.getByRole('dialog', { name: 'a.kind' })
  await sheet.locator('.payload').waitFor()
  await page.route('**/ops/api/**', (route) => route.abort())
  await sheet.getByText('Not up to date: The server does not answer.').waitFor()
  await page.unroute('**/ops/api/**')
  await sheet.getByText('Not up to date').waitFor({ state: 'hidden' })
  t.pass()
})

t.test('nothing goes on loading when the database does not answer from the start', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { page } = await openBoard(t, ops.app.url)
  const detail = 'The database does not answer now.'
  await page.route('**/ops/api/**', (route) => route.fulfill({ status: 503, json: { detail } }))
  await page.reload()
  await page.locator('#health-text').filter({ hasText: detail }).waitFor()
  await page.locator('#rate-caption').filter({ hasText: detail }).waitFor()
  t.equal(await page.getByText('Loading…').filter({ visible: true }).count(), 0)
})

t.test('an address of an event that is not there says so', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { page } = await openBoard(t, ops.app.url)
  await page.goto(`${ops.app.url}/ops#event=00000000-0000-7000-8000-000000000000`)
  await page
    .getByRole('dialog')
    .getByRole('alert')
    .filter({ hasText: 'There is no event of that id.' })
    .waitFor()
  t.pass()
})

t.test('nobody is asked while the page is out of sight', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { page } = await openBoard(t, ops.app.url)
  await page.getByText('No event has come yet.').waitFor()
  const asked: string[] = []
  await setVisibility(page, 'hidden')
  page.on('request', (request) => asked.push(request.url()))
  await page.clock.install()
  await page.clock.fastForward(120_000)
  t.same(asked, [])
  await setVisibility(page, 'visible')
  await page.waitForRequest('**/ops/api/overview')
  t.ok(asked.length > 0)
})

t.test('the whole page is under 150 KB', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { page } = await openPage(t, ops.app.url)
  const bodies: Promise<Buffer>[] = []
  page.on('response', (response) => bodies.push(response.body()))
  await page.reload()
  const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0)
  t.ok(bytes > 100_000 && bytes < BUDGET_BYTES, `${bytes} bytes`)
})

/** Makes the page believe that its tab was left, or entered. */
async function setVisibility(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  `)
}
