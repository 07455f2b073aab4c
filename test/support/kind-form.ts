import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import { barriersOf, openPage } from './browser.js'

/** Kinds that every agent has. */
export const ping = 'agent.replicante.io/test.ping'
export const script = 'agent.steward/test.script'

/** Where the dashboard is looked at, and how. */
export interface Sight {
  readonly browser: Browser
  readonly url: string
  /** The place in the page. */
  readonly place: string
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
}

/** A page of the dashboard. */
export interface Seen {
  readonly page: Page
  /** The bodies of the requests to schedule something, so far. */
  readonly sent: Array<Record<string, unknown>>
  /** Nothing stands in anybody's way, and nothing went wrong but requests that the agent refused. */
  readonly isSound: (t: Test, what?: string) => Promise<void>
}

/** Where the form of a kind is. */
export function kindPlace (kind: string, query = ''): string {
  return `kinds/${encodeURIComponent(kind)}${query}`
}

/** The list of kinds or the form of one, connected and read. */
export async function look (t: Test, { browser, url, place, ...how }: Sight): Promise<Seen> {
  const { page, troubles } = await openPage(browser, { url: `${url}/ui/#/${place}`, ...how })
  t.teardown(async () => { await page.context().close() })
  const sent: Array<Record<string, unknown>> = []
  page.on('request', request => {
    if (request.method() === 'POST') sent.push(request.postDataJSON() as Record<string, unknown>)
  })
  await page.locator('[data-connection=live]').waitFor()
  await page.locator('.kind-list, .kind-overview').first().waitFor()
  return {
    page,
    sent,
    isSound: async (t, what = 'for everybody') => {
      t.strictSame(await barriersOf(page), [], what)
      t.strictSame(troubles.filter(trouble => !/Failed to load resource/.test(trouble)), [], 'no error')
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'the page does not scroll sideways')
    }
  }
}

/** The id of the action whose page has been come to. */
export async function actionOf (page: Page): Promise<string> {
  await page.waitForURL(/#\/actions\//)
  return page.url().split('/').at(-1) ?? ''
}

/** Presses the button that sends the form. */
export async function schedule (page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Schedule', exact: true }).click()
}
