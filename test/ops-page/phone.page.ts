import t from '../helper/tap.ts'
import { inBrowser, openBoard } from './browser.ts'
import { startFaulty } from './fault.ts'

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`nothing sticks out or fades on a phone, ${colorScheme}`, inBrowser, async (t) => {
    const app = await startFaulty(t)
    await app.fail(`AC${'x'.repeat(200)}`)
    const { page } = await openBoard(t, app.app.url, { viewport: { width: 390, height: 844 }, colorScheme })
    await page.locator('.group-toggle').click()
    await page.locator('.group-events button').first().waitFor()
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 390)
    t.same(await page.evaluate(smallTargets), [], 'a finger meets every button')
    t.same(await page.evaluate(faintTexts), [], 'every text is told from its ground')
    await page.locator('.group-events button').first().click()
    await page.locator('.payload').waitFor()
    t.equal(await page.evaluate(`document.querySelector('#event').scrollWidth`), 390)
    t.same(await page.evaluate(faintTexts), [])
  })
}

const smallTargets = `
  [...document.querySelectorAll('button, input, select')]
    .filter((element) => element.checkVisibility() && element.type !== 'radio')
    .filter((element) => element.getBoundingClientRect().height < 40)
    .map((element) => element.outerHTML)`

/** Texts whose contrast with what is behind them is under 4.5, as WCAG counts it. */
const faintTexts = `
  (() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')
    const channels = (colour) => {
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = colour
      canvas.fillRect(0, 0, 1, 1)
      return [...canvas.getImageData(0, 0, 1, 1).data]
    }
    const light = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }
    const ground = (element) => {
      for (let e = element; e !== null; e = e.parentElement) {
        const colour = channels(getComputedStyle(e).backgroundColor)
        if (colour[3] === 255) return colour
      }
      return channels('Canvas')
    }
    const texts = [...document.querySelectorAll('body *')].filter((element) =>
      element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    return texts.flatMap((element) => {
      const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))]
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      return contrast < 4.5 ? [contrast.toFixed(2) + ' ' + element.outerHTML.slice(0, 120)] : []
    })
  })()`
