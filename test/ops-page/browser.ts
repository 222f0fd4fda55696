import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import tap, { type Test } from 'tap'
import { OPS_TOKEN } from '../http-ops/fixture.ts'

/** The first is the same browser without its windows, and starts in a third of the time. */
const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
]

/** The browser the page is tested in: that of `CHROMIUM`, else the first on the PATH. */
const executable = process.env.CHROMIUM || onPath(NAMES)

/** Options of every test of the page: skipped, and saying so, where there is no browser. */
export const inBrowser = {
  skip:
    executable === undefined &&
    'no Chromium on the PATH: apt-get install chromium-headless-shell, or set CHROMIUM',
}

const ARGUMENTS = [
  // Chromium's own sandbox does not work for root, as tests in containers run.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let launched: Promise<Browser> | undefined

/** One for all tests of a file; each has a profile of its own in it. */
function browser(): Promise<Browser> {
  if (launched === undefined) {
    const launching = chromium.launch({
      ...(executable && { executablePath: executable }),
      args: ARGUMENTS,
    })
    tap.teardown(async () => (await launching).close())
    launched = launching
  }
  return launched
}

export interface OpenPage {
  readonly page: Page
  /** What went wrong in it so far: violations of its policy, errors, requests to other places. */
  readonly faults: readonly string[]
}

/** Opens `/ops` of an app; it closes with the test, which fails if anything went wrong in the page. */
export async function openPage(t: Test, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // A violation of the policy is told here too; that an answer was a 401 is told as an error of the network.
    const isFault = message.type() === 'error' && !message.text().startsWith('Failed to load resource')
    if (isFault || /Content Security Policy/i.test(message.text())) faults.push(message.text())
  })
  page.on('request', (request) => {
    if (!/^data:/.test(request.url()) && !request.url().startsWith(url)) faults.push(`asked ${request.url()}`)
  })
  t.teardown(async () => {
    await context.close()
    if (faults.length > 0) throw new Error(`in the page: ${faults.join('; ')}`)
  })
  await page.goto(`${url}/ops`)
  return { page, faults }
}

/** Opens the page and signs in. */
export async function openBoard(
  t: Test,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const opened = await openPage(t, url, options)
  await opened.page.getByLabel('Operators’ token').fill(OPS_TOKEN)
  await opened.page.getByRole('button', { name: 'Sign in' }).click()
  await opened.page.locator('#health[data-level]:not([data-level="unknown"])').waitFor()
  return opened
}

function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
