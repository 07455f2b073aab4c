import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Test } from 'tap'

/** The installed Chromium; undefined where there is none. */
export const chromiumPath = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'
].find(path => existsSync(path))

/** Why the tests of a page are skipped where there is no browser. */
export const withoutBrowser = 'install Chromium to try the pages in a browser: apt-get install chromium'

/** Chromium as a test machine needs it: no sandbox for root, and no calls home. */
const args = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'
]

/** Starts Chromium, with more arguments where they are given, and ends it with the test. */
export async function startBrowser (t: Test, more: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(withoutBrowser)
  const browser = await chromium.launch({ executablePath: chromiumPath, args: [...args, ...more] })
  t.teardown(async () => { await browser.close() })
  return browser
}

interface Opened {
  readonly page: Page
  /** Errors on the console, uncaught ones, breaches of the security policy, requests to anywhere but the agent. */
  readonly troubles: string[]
}

interface PageOptions {
  /** What is opened. */
  readonly url: string
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  readonly timezoneId?: string
}

/** Opens a page as a user of its own: nothing is shared with other pages. */
export async function openPage (
  browser: Browser, { url, width = 1200, height = 900, ...how }: PageOptions
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB', timezoneId: 'Europe/Berlin', ...how })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', error => { troubles.push(error.message) })
  page.on('console', message => { if (message.type() === 'error') troubles.push(message.text()) })
  page.on('request', request => {
    if (new URL(request.url()).origin !== new URL(url).origin) troubles.push(`asked ${request.url()}`)
  })
  await page.goto(url)
  return { page, troubles }
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What stands in the way of people with disabilities, as axe-core sees it: empty where nothing does. */
export async function barriersOf (page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: AxeInPage }
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join(' | ')}`)
  })
}

interface AxeInPage {
  run (root: Document, options: object): Promise<{ violations: AxeViolation[] }>
}

interface AxeViolation {
  readonly id: string
  readonly help: string
  readonly nodes: ReadonlyArray<{ readonly html: string, readonly failureSummary?: string }>
}
