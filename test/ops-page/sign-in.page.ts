import t from '../helper/tap.ts'
import { startOps } from '../http-ops/fixture.ts'
import { inBrowser, openBoard, openPage } from './browser.ts'

t.test(
  'signed out, a token that is wrong or not one is told, and nothing else is shown',
  inBrowser,
  async (t) => {
    const ops = await startOps(t)
    const { page } = await openPage(t, ops.app.url)
    const token = page.getByLabel('Operators’ token')
    for (const [text, message] of [
      ['not-the-token', /This is not the token/],
      ['ein Wörtchen', /no spaces/],
    ] as const) {
      await token.fill(text)
      await token.press('Enter')
      await page.getByRole('alert').filter({ hasText: message }).waitFor()
      t.equal(await token.getAttribute('aria-invalid'), 'true')
    }
    t.equal(await page.locator('#board').isVisible(), false)
  },
)

t.test('signed in, the token stays with the tab until signing out', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { page } = await openBoard(t, ops.app.url)
  await page.reload()
  await page.locator('#health[data-level="well"]').waitFor()
  const other = await page.context().newPage()
  await other.goto(`${ops.app.url}/ops`)
  await other.getByLabel('Operators’ token').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Operators’ token').waitFor()
  t.equal(await page.evaluate('sessionStorage.length'), 0)
  t.equal(await page.locator('#health-text').textContent(), 'Looking…', 'what was shown is gone')
})

t.test('a token that is taken no more leads back to signing in', inBrowser, async (t) => {
  const ops = await startOps(t)
  const { page } = await openBoard(t, ops.app.url)
  await page.route('**/ops/api/**', (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer of-yesterday' } }),
  )
  await page.getByRole('alert').filter({ hasText: 'The token is not taken any more' }).waitFor()
  t.equal(await page.locator('#board').isVisible(), false)
})
