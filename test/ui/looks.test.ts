import t, { type Test } from 'tap'
import type { Browser, Page } from 'playwright-core'
import { createClient } from '../../src/client/client.js'
import { chromiumPath, openPage, startBrowser, withoutBrowser } from '../support/browser.js'
import { connected } from '../support/dashboard.js'
import { temporaryFolder } from '../support/engine.js'
import { startProgram } from '../support/program.js'

const script = 'agent.steward/test.script'
const widths = [1100, 768, 320]
const dayMs = 86_400_000

if (chromiumPath === undefined) {
  t.pass('Chromium', { skip: withoutBrowser })
} else {
  t.test('how the pages look', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const browser = await startBrowser(t)
    const { ended, running } = await fill(t, url)
    const sight = { browser, url }
    t.test('nothing moves while a page is read, and nothing is wider than it', async t => { await isSteady(t, sight, ended) })
    t.test('what is of another day fits', async t => { await fitsItsPlace(t, sight, ended) })
    t.test('no figure of the agent’s health stands alone', async t => { await hasWholeRows(t, sight) })
    t.test('where the system chooses the colours, what is filled is seen', async t => { await isSeen(t, sight, running) })
  })
}

interface Sight {
  readonly browser: Browser
  readonly url: string
}

/** One that has failed, one at work, some that wait; all by a name that is as long as it may be. */
async function fill (t: Test, url: string): Promise<{ ended: string, running: string }> {
  const client = createClient({ url })
  t.teardown(async () => { await client.close() })
  const run = async (steps: object[]): Promise<string> => {
    const { action } = await client.schedule({ kind: script, args: { steps }, requester: 'R'.repeat(128) })
    return action.id
  }
  const copying = { do: 'progress', payload: { stage: 'copy', pages_done: 30, pages_total: 120 } }
  const ended = await run([copying, { do: 'sleep', ms: 120 }, { do: 'fail', error: 'The disk is full. '.repeat(20) }])
  await client.outcome(ended)
  const running = await run([copying, { do: 'sleep', ms: 3_600_000 }])
  await Promise.all(Array.from({ length: 15 }, async () => await run([])))
  return { ended, running }
}

async function isSteady (t: Test, { browser, url }: Sight, id: string): Promise<void> {
  /** What is there when the page was read. */
  const places = {
    '': '.lines.ended li',
    queue: '.rows .row',
    finished: '.rows .row',
    kinds: '.kind-list li',
    datastore: '.shards li',
    [`actions/${id}`]: '.history li'
  }
  for (const width of [1100, 320]) {
    const { page } = await openPage(browser, { url: `${url}/docs`, width })
    await page.addInitScript(noteShifts)
    for (const [place, known] of Object.entries(places)) {
      // Another document: a page is read anew.
      await page.goto('about:blank')
      await page.goto(`${url}/ui/#/${place}`)
      await page.locator(known).first().waitFor()
      await connected(page)
      const shifts = await page.evaluate<Array<{ value: number }>>('noted()')
      const all = shifts.reduce((sum, { value }) => sum + value, 0)
      t.ok(all < 0.01, `nothing moves: ${place} at ${width}`, { shifts })
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${place} fits ${width}`)
    }
    await page.context().close()
  }
}

/** Layout shifts, as the browser measures them. */
const noteShifts = `{
  const shifts = []
  const note = entries => {
    for (const { value, sources } of entries) shifts.push({ value, of: sources.map(({ node }) => node?.className ?? node?.nodeName) })
  }
  const observer = new PerformanceObserver(list => { note(list.getEntries()) })
  observer.observe({ type: 'layout-shift', buffered: true })
  globalThis.noted = () => {
    note(observer.takeRecords())
    return shifts
  }
}`

async function fitsItsPlace (t: Test, { browser, url }: Sight, id: string): Promise<void> {
  for (const width of widths) {
    const { page } = await openPage(browser, { url: `${url}/docs`, width })
    await page.clock.setFixedTime(Date.now() + 2 * dayMs)
    await page.goto(`${url}/ui/#/actions/${id}`)
    await page.locator('.history li').first().waitFor()
    t.match(await page.locator('.action-facts time').first().innerText(), /^\d\d\/\d\d\/\d{4}, \d\d:/)
    const overflowing = await page.evaluate(() => Array.from(document.querySelectorAll('.action-facts dd, .history li > *'))
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth && clientWidth > 0)
      .map(({ textContent }) => textContent))
    t.strictSame(overflowing, [], `at ${width}`)
    if (width === widths[0]) {
      const [first] = await page.locator('.history li').all()
      t.ok((await first?.boundingBox())!.height < 40, 'an entry that says little has one line')
    }
    await page.context().close()
  }
}

async function hasWholeRows (t: Test, { browser, url }: Sight): Promise<void> {
  const { page } = await openPage(browser, { url: `${url}/ui/` })
  await page.getByText('✓ READY').waitFor()
  for (const width of [1600, ...widths]) {
    await page.setViewportSize({ width, height: 800 })
    const ends = await endsOfRows(page)
    t.strictSame(ends, ends.map(() => 0), `at ${width}`)
  }
}

/** How far each row of the health strip ends before the strip does, in whole pixels. */
async function endsOfRows (page: Page): Promise<number[]> {
  return await page.evaluate(() => {
    const strip = document.querySelector('.health dl')?.getBoundingClientRect().right ?? 0
    const ends = new Map<number, number>()
    for (const cell of Array.from(document.querySelectorAll('.health dl > div'))) {
      const { top, right } = cell.getBoundingClientRect()
      ends.set(top, Math.max(ends.get(top) ?? 0, right))
    }
    return Array.from(ends.values(), end => Math.round(strip - end))
  })
}

async function isSeen (t: Test, { browser, url }: Sight, id: string): Promise<void> {
  const { page } = await openPage(browser, { url: `${url}/ui/#/actions/${id}` })
  await page.emulateMedia({ forcedColors: 'active' })
  await page.getByRole('progressbar', { name: 'copy' }).waitFor()
  const [fill, track] = await page.evaluate(() => ['.now .fill', '.now'].map(name => {
    return getComputedStyle(document.querySelector(name)!).backgroundColor
  }))
  t.not(fill, track)
}
