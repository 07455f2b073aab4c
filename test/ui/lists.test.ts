import t, { type Test } from 'tap'
import type { Browser, Page } from 'playwright-core'
import { createClient } from '../../src/client/client.js'
import type { ActionRequest, StewardClient } from '../../src/client/model.js'
import type { JsonValue } from '../../src/domain/json.js'
import { barriersOf, chromiumPath, openPage, startBrowser, withoutBrowser } from '../support/browser.js'
import { connected } from '../support/dashboard.js'
import { temporaryFolder } from '../support/engine.js'
import { startProgram } from '../support/program.js'

const script = 'agent.steward/test.script'
const success = 'agent.replicante.io/debug.success'
const long = { do: 'sleep', ms: 3_600_000 }
const queued = 10_000

interface Sight {
  readonly url: string
  /** The place in the page, such as `queue`. */
  readonly place: string
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
}

interface Seen {
  readonly page: Page
  /** Nothing stands in anybody's way, and nothing went wrong. */
  readonly isSound: (t: Test) => Promise<void>
}

async function look (browser: Browser, { url, place, ...how }: Sight): Promise<Seen> {
  const { page, troubles } = await openPage(browser, { url: `${url}/ui/#/${place}`, ...how })
  await connected(page)
  return {
    page,
    isSound: async t => {
      t.strictSame(await barriersOf(page), [], 'for everybody')
      t.strictSame(troubles, [], 'no error')
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'the page does not scroll sideways')
    }
  }
}

interface Agent {
  readonly url: string
  readonly client: StewardClient
  readonly run: (steps: JsonValue[], more?: Partial<ActionRequest>) => Promise<string>
}

async function startAgent (t: Test, env: Record<string, string> = {}): Promise<Agent> {
  const { url } = await startProgram(t, { folder: temporaryFolder(t), env })
  const client = createClient({ url })
  t.teardown(async () => { await client.close() })
  return {
    url,
    client,
    run: async (steps, more = {}) => (await client.schedule({ kind: script, args: { steps }, ...more })).action.id
  }
}

/** Schedules so many that do nothing, many at a time. */
async function fill (client: StewardClient, count: number): Promise<void> {
  let left = count
  await Promise.all(Array.from({ length: 32 }, async () => {
    while (left-- > 0) await client.schedule({ kind: success, requester: `cron-${left % 5}` })
  }))
}

function waitingRows (page: Page) {
  return page.locator('.queue .rows .row')
}

if (chromiumPath === undefined) {
  t.pass('Chromium', { skip: withoutBrowser })
} else {
  t.test('what runs, waits and has ended', async t => {
    const agent = await startAgent(t)
    const { url, client, run } = agent
    const browser = await startBrowser(t)

    t.test('an idle agent says that nothing runs, waits or has ended', async t => {
      const { page, isSound } = await look(browser, { url, place: '' })
      for (const words of ['Nothing runs.', 'Nothing waits.', 'Nothing has ended yet.']) await page.getByText(words).waitFor()
      await isSound(t)
      await page.getByRole('link', { name: 'All 0 waiting' }).click()
      await page.getByText('Nothing waits.').waitFor()
      await isSound(t)
      await page.getByRole('link', { name: 'Finished', exact: true }).click()
      await page.getByText('Nothing has ended yet.').waitFor()
      await isSound(t)
    })

    t.test('the overview follows an action from the queue to its cancellation', async t => {
      const { page, isSound } = await look(browser, { url, place: '' })
      await page.getByText('Nothing runs.').waitFor()
      const report = { do: 'progress', payload: { phase: 'copy', pages_done: 30, pages_total: 120 } }
      await run([report, long], { requester: 'NIGHTLY' })
      await run([{ do: 'fail', error: 'The disk \u202e is full.' }])
      const card = page.locator('.running-card', { hasText: script })
      await card.getByText('30 of 120 pages').waitFor()
      await card.getByText('by NIGHTLY, 1 waits behind it').waitFor()
      t.equal(await card.getByRole('progressbar').getAttribute('aria-valuenow'), '25')
      await page.getByRole('link', { name: 'All 1 waiting' }).waitFor()

      await card.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Let it run' }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await isSound(t)
      await card.getByRole('button', { name: 'Cancel' }).click()
      await isSound(t)
      await page.getByRole('button', { name: 'Cancel the action' }).click()
      const last = page.getByRole('region', { name: 'Last finished' }).getByRole('listitem')
      await last.filter({ hasText: 'cancelled' }).waitFor()
      await last.filter({ hasText: 'The disk \\u202e is full.' }).waitFor()
      await page.getByText('Nothing runs.').waitFor()
      await isSound(t)
    })

    t.test('a wish to cancel that is not heard is shown', async () => {
      const { page } = await look(browser, { url, place: '' })
      const id = await run([{ do: 'ignore-abort', ms: 3000 }])
      const card = page.locator('.running-card', { hasText: script })
      await card.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Cancel the action' }).click()
      await card.getByText('cancel requested').waitFor()
      const other = await look(browser, { url, place: '' })
      await other.page.locator('.running-card').getByText('cancel requested').waitFor()
      await client.outcome(id)
      await card.waitFor({ state: 'detached' })
    })

    t.test('the finished are found by filters, which the address keeps, and by search', async t => {
      await run([{ do: 'fail', error: 'No room left on the tape.' }], { requester: 'TAPES' })
      await run([{ do: 'done', payload: 1 }], { requester: 'TAPES' })
      await fill(client, 60)
      const { page, isSound } = await look(browser, { url, place: 'finished' })
      const rows = page.locator('.finished .rows .row')
      await page.getByText('50 shown. Those scheduled last come first.').waitFor()
      await page.getByRole('button', { name: 'Load more' }).click()
      await page.getByText(', that is all.').waitFor()
      t.ok(await rows.count() > 60)

      await page.getByLabel('State', { exact: true }).selectOption('FAILED')
      await rows.filter({ hasText: success }).first().waitFor({ state: 'detached' })
      await page.getByLabel('Search').fill('room LEFT')
      await page.getByText('1 shown, that is all.').waitFor()
      t.match(await rows.innerText(), /FAILED[^]*No room left on the tape\.[^]*TAPES/)
      await page.waitForFunction("location.hash.includes('search=room+LEFT')")
      await isSound(t)
      await page.reload()
      await page.getByText('1 shown, that is all.').waitFor()
      t.equal(await page.getByLabel('Search').inputValue(), 'room LEFT')

      await page.getByLabel('Kind', { exact: true }).fill(success)
      await page.getByLabel('Kind', { exact: true }).press('Enter')
      await page.getByText('Nothing fits.').waitFor()
      t.match(await page.locator('.list-foot').innerText(), /search for something else than “room LEFT”/)
      await isSound(t)
      await page.getByRole('button', { name: 'Clear all filters' }).click()
      await page.getByText('50 shown.').waitFor()
      t.equal(await page.getByLabel('Search').inputValue(), '')
      await page.getByLabel('Requester', { exact: true }).fill('TAPES')
      await page.getByLabel('Scheduled').selectOption('hour')
      await page.getByText('2 shown, that is all.').waitFor()
      await rows.filter({ hasText: 'DONE' }).getByRole('link').click()
      await page.getByRole('heading', { name: script }).waitFor()
      await page.goBack()
      await page.getByText('2 shown, that is all.').waitFor()

      await page.goto(`${url}/ui/#/finished`)
      await page.getByText('50 shown.').waitFor()
      await page.getByRole('button', { name: 'Load more' }).click()
      await page.getByText(', that is all.').waitFor()
      await rows.nth(55).getByRole('link').scrollIntoViewIfNeeded()
      const top = await page.evaluate('scrollY')
      await rows.nth(55).getByRole('link').click()
      await page.getByRole('heading', { name: 'History' }).waitFor()
      await page.goBack()
      await rows.nth(55).waitFor()
      await page.waitForFunction(before => scrollY === before, top)
      for (const name of ['Queue', 'Finished']) await page.getByRole('navigation').getByRole('link', { name }).click()
      await page.getByText('50 shown.').waitFor()
      t.equal(await page.evaluate('scrollY'), 0, 'who comes anew begins at the top')
    })

    t.test('what ends comes in on top, and waits for who reads further below', async () => {
      const { page } = await look(browser, { url, place: 'finished' })
      const rows = page.locator('.finished .rows .row')
      await page.getByText('50 shown.').waitFor()
      await run([{ do: 'done' }], { requester: 'ON_TOP' })
      await rows.first().filter({ hasText: 'ON_TOP' }).waitFor()
      await page.getByRole('button', { name: 'Load more' }).click()
      await page.getByText(', that is all.').waitFor()
      await run([{ do: 'done' }], { requester: 'LATER' })
      await page.getByRole('button', { name: '1 ended since: show' }).click()
      await rows.first().filter({ hasText: 'LATER' }).waitFor()
    })

    t.test('all of it is readable on a narrow screen and in the dark', async t => {
      const holder = await run([{ do: 'progress', payload: { percent: 12, note: 'n'.repeat(5000) } }, long], { requester: 'R'.repeat(128) })
      await fill(client, 30)
      const last = await run([])
      for (const place of ['', 'queue', 'finished']) {
        for (const how of [{ width: 360 }, { colorScheme: 'dark' as const }]) {
          const { page, isSound } = await look(browser, { url, place, ...how })
          await page.getByRole('link', { name: success }).first().waitFor()
          await isSound(t)
          await page.context().close()
        }
      }
      await client.cancel(holder)
      await client.outcome(last)
    })

    t.test('ten thousand that wait are scrolled through, by keyboard and wheel, and cancelled', async t => {
      await run([long])
      await fill(client, queued)
      const { page, isSound } = await look(browser, { url, place: 'queue' })
      await page.getByText('10,000 waiting').waitFor()
      await page.evaluate(countLongTasks)
      const region = page.getByRole('region', { name: 'Waiting actions' })
      await region.focus()
      // Each time it comes to the end of what was read, more is.
      for (let known = 0, most = 0; known < queued;) {
        await page.keyboard.press('End')
        known = await page.waitForFunction(before => {
          const last = Array.from(document.querySelectorAll('.queue .rows .row')).at(-1)
          const place = Number(last?.querySelector('.place')?.textContent?.replaceAll(',', ''))
          return place > before ? place : false
        }, known).then(async found => await found.jsonValue() as number)
        most = Math.max(most, await waitingRows(page).count())
        if (most > 80) throw new Error(`${most} rows are drawn`)
      }
      t.ok(await waitingRows(page).count() < 80, 'only what is seen is drawn')
      t.equal(await page.getByRole('table', { name: 'Waiting actions' }).getAttribute('aria-rowcount'), '10001')
      await isSound(t)

      await region.hover()
      for (let turn = 0; turn < 30; turn++) await page.mouse.wheel(0, -2000)
      await page.waitForFunction("document.querySelector('.scroller').scrollTop < 390000")
      await page.keyboard.press('Home')
      await waitingRows(page).first().getByText('1', { exact: true }).waitFor()
      t.comment(`long tasks, in milliseconds: ${String(await page.evaluate('longTasks.join()'))}`)

      const first = await waitingRows(page).first().locator('.short-id').getAttribute('title')
      await waitingRows(page).first().getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Let it wait' }).click()
      await waitingRows(page).first().getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Cancel the action' }).click()
      await page.getByText('9,999 waiting').waitFor()
      t.match(await client.action(first!), { state: 'FAILED', failure: { reason: 'cancelled' } })
      t.equal(await page.evaluate('document.activeElement.className'), 'scroller', 'the keyboard goes on in the list')

      await staysInPlace(t, { page, client })
      await filters(t, { page, isSound })
    })
  })

  t.test('who may only read is offered no cancelling', async t => {
    const { url, run } = await startAgent(t, { STEWARD_ACCESS_LOCAL_SCOPES: '["read","schedule"]' })
    const browser = await startBrowser(t)
    await run([long])
    await run([long])
    const { page, isSound } = await look(browser, { url, place: '' })
    await page.locator('.running-card').getByText('1 waits behind it').waitFor()
    t.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0)
    await page.getByRole('link', { name: 'All 1 waiting' }).click()
    await waitingRows(page).first().waitFor()
    t.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0)
    await isSound(t)
  })
}

/** Rows above the one that is read go away: it stays where it is. */
async function staysInPlace (t: Test, { page, client }: { page: Page, client: StewardClient }): Promise<void> {
  await page.evaluate("document.querySelector('.scroller').scrollTop = 100000")
  const row = waitingRows(page).filter({ hasText: '2,505' }).first()
  await row.waitFor()
  const id = await row.locator('.short-id').getAttribute('title')
  const same = page.locator('.row', { has: page.locator(`[title="${id}"]`) })
  const before = await same.boundingBox()
  const { actions } = await client.page({ state: ['NEW'], order: 'asc', limit: 5 })
  for (const action of actions) await client.cancel(action.id)
  await same.getByText('2,500', { exact: true }).waitFor()
  t.equal((await same.boundingBox())?.y, before?.y, 'what is read does not move')
}

async function filters (t: Test, { page, isSound }: Seen): Promise<void> {
  const field = page.getByLabel('Filter by kind')
  await field.fill('CRON-3')
  const found = page.getByText(/^[\d,]+ of 9,994 fit the filter\.$/)
  await found.waitFor()
  t.match(await found.innerText(), /^(1,99\d|2,000) of/)
  t.equal(await waitingRows(page).filter({ hasNotText: 'cron-3' }).count(), 0)
  await isSound(t)
  await field.fill('')
  await found.waitFor({ state: 'detached' })
}

const countLongTasks = `
  globalThis.longTasks = []
  new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) longTasks.push(Math.round(duration))
  }).observe({ type: 'longtask' })`
