import t, { type Test } from 'tap'
import type { Browser, Page } from 'playwright-core'
import type { JsonValue } from '../../src/domain/json.js'
import { createAgentClient } from '../support/agent-client.js'
import { barriersOf, chromiumPath, openPage, startBrowser, withoutBrowser } from '../support/browser.js'
import { eventually } from '../support/eventually.js'
import { connected } from '../support/dashboard.js'
import { temporaryFolder } from '../support/engine.js'
import { startProgram } from '../support/program.js'

const script = 'agent.steward/test.script'
const long = { do: 'sleep', ms: 3_600_000 }
const wait = (ms: number): JsonValue => ({ do: 'sleep', ms })
const report = (payload: JsonValue): JsonValue => ({ do: 'progress', payload })

interface Seen {
  readonly page: Page
  /** Nothing stands in anybody's way, and nothing went wrong. */
  readonly isSound: (t: Test, what?: string) => Promise<void>
}

interface Sight {
  readonly url: string
  readonly id: string
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
}

/** The page of an action, connected and read. */
async function look (browser: Browser, { url, id, ...how }: Sight): Promise<Seen> {
  const { page, troubles } = await openPage(browser, { url: `${url}/ui/#/actions/${id}`, ...how })
  await connected(page)
  await page.getByRole('heading', { name: 'History' }).waitFor()
  return {
    page,
    isSound: async (t, what = 'for everybody') => {
      t.strictSame(await barriersOf(page), [], what)
      t.strictSame(troubles, [], 'no error')
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'the page does not scroll sideways')
    }
  }
}

/** Keeps in `told` each `N of 5 pages` that the page shows, as nobody can look so often. */
const rememberProgress = `
  globalThis.told = []
  new MutationObserver(() => {
    const said = document.querySelector('.now')?.innerText.match(/\\d of 5 pages/)?.[0]
    if (said !== undefined && !told.includes(said)) told.push(said)
  }).observe(document.body, { subtree: true, childList: true, characterData: true })`

function state (page: Page, name: string) {
  return page.locator(`.action-head [data-state=${name}]`)
}

if (chromiumPath === undefined) {
  t.pass('Chromium', { skip: withoutBrowser })
} else {
  t.test('the page of an action', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const browser = await startBrowser(t)
    const agent = createAgentClient(url)
    const schedule = async (steps: JsonValue[], more: Record<string, JsonValue> = {}): Promise<string> => {
      const { body } = await agent.post('/actions', { kind: script, args: { steps }, ...more })
      return String(body['id'])
    }
    const cancel = async (id: string): Promise<void> => { await agent.post(`/actions/${id}/cancel`) }

    t.test('follows it from waiting to its end, without asking for all of it again and again', async t => {
      const before = await schedule([long])
      const copying = [1, 2, 3, 4, 5].flatMap(done => [report({ stage: 'copy', pages_done: done, pages_total: 5 }), wait(400)])
      const id = await schedule([...copying, report({ stage: 'verify' }), wait(150), { do: 'done', payload: { file: 'a.db' } }])
      const { page, isSound } = await look(browser, { url, id })
      await state(page, 'NEW').waitFor()
      await page.getByText('It waits for its turn').waitFor()
      let reads = 0
      page.on('request', request => { if (request.url().endsWith(`/actions/${id}`)) reads++ })

      await page.evaluate(rememberProgress)
      await cancel(before)
      await state(page, 'DONE').waitFor()
      const told = await page.evaluate<string[]>('told')
      t.ok(told.length >= 3, `what was reported came one by one: ${told.join(', ')}`)
      await page.locator('.history li').nth(8).waitFor()
      t.match(await page.locator('.time-legend li').allInnerTexts(), [/waiting/, /running/, /copy[^]*s[^]*5 reports · 5 of 5 pages/, /verify/])
      t.match(await page.getByRole('img', { name: /in all: waiting .*copy .*verify / }).count(), 1)
      t.match(await page.getByRole('group', { name: 'Last payload' }).innerText(), /file: "a.db"/)
      t.match(await page.title(), /^DONE agent.steward\/test.script/)
      // Once when the stream has opened, and once at the end.
      t.ok(reads <= 2, `all of it was read ${reads} times after the beginning`)
      t.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0)
      await isSound(t)
    })

    t.test('shows how far it is, and cancels it after asking', async t => {
      const id = await schedule([report({ stage: 'copy', pages_done: 320, pages_total: 600 }), long])
      await agent.until(id, ({ state_payload: payload }) => payload !== null)
      const { page, isSound } = await look(browser, { url, id })
      t.equal(await page.getByRole('progressbar', { name: 'copy' }).getAttribute('aria-valuenow'), '53')
      await isSound(t, 'running')

      await page.getByRole('button', { name: /^Cancel/ }).click()
      await page.getByRole('button', { name: 'Let it run' }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      t.equal((await agent.find(id))?.cancel_requested_ts, null, 'declined')

      await page.getByRole('button', { name: /^Cancel/ }).click()
      await isSound(t, 'asking')
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel the action' }).click()
      await state(page, 'FAILED').getByText('cancelled').waitFor()
      await page.getByText('The action was cancelled.').first().waitFor()
      await page.getByText('Cancel requested').waitFor()
      t.equal(await page.evaluate('document.activeElement.id'), 'main', 'the keyboard goes on in the page')

      const again = await page.getByRole('link', { name: 'Run again' }).getAttribute('href') ?? ''
      t.match(decodeURIComponent(again), `#/kinds/${script}?args={"steps":[`)
      await isSound(t, 'cancelled')
    })

    t.test('tells a failure first, in words', async t => {
      const id = await schedule([report({ stage: 'connect' }), { do: 'throw', error: 'The server\u202e is away.' }], {
        headers: { ticket: 'OPS-1' }
      })
      await agent.finished(id)
      const { page, isSound } = await look(browser, { url, id, colorScheme: 'dark' })
      const failure = page.getByRole('region', { name: 'Why it failed' })
      t.match(await failure.innerText(), /^Why it failed\s+The server\\u202e is away\.[^]*reason error/)
      t.notOk(await failure.getByText('at take').isVisible(), 'the trace is folded')
      await failure.getByText('Trace').click()
      await failure.getByText(/test-script/).waitFor()
      t.match(await page.getByRole('group', { name: 'Headers' }).innerText(), /ticket: "OPS-1"/)
      await isSound(t)
    })

    t.test('opens payloads by keyboard, and what is closed is not in the page', async t => {
      const id = await schedule([{ do: 'done', payload: { outer: { inner: [{ name: 'leaf' }] }, n: null } }])
      await agent.finished(id)
      const { page, isSound } = await look(browser, { url, id })
      const tree = page.getByRole('group', { name: 'Last payload' })
      t.match(await tree.innerText(), /inner: \[…\]/, 'a hint of what is inside')
      await page.getByRole('button', { name: 'Copy Last payload as JSON' }).focus()
      await page.keyboard.press('Tab')
      for (const [key, inside] of [['Enter', 'inner:'], ['Space', '0:'], ['Enter', 'name:']] as const) {
        t.equal(await tree.getByText(inside, { exact: true }).count(), 0, `${inside} is not there yet`)
        await page.keyboard.press('Tab')
        t.ok(await page.evaluate('document.activeElement.matches("summary:focus-visible")'))
        await page.keyboard.press(key)
        await tree.getByText(inside, { exact: true }).waitFor()
      }
      await page.keyboard.press('Enter')
      await tree.getByText('name:', { exact: true }).waitFor({ state: 'detached' })
      await isSound(t)
    })

    t.test('shows payloads of 900 KB and of hostile texts', async t => {
      const big = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, { index, text: 'x'.repeat(140) }]))
      const hostile = { '<b>\u202e': '</script><img src=x onerror="document.title=1">', lines: 'a\nb\u0007', text: 'y'.repeat(50_000) }
      const [large, odd] = [await schedule([{ do: 'done', payload: big }]), await schedule([{ do: 'done', payload: hostile }])]
      await agent.finished(odd)

      const first = await look(browser, { url, id: large })
      const tree = first.page.getByRole('group', { name: 'Last payload' })
      await tree.getByText('key0:', { exact: true }).waitFor()
      t.ok(await tree.locator('li').count() <= 200, 'not all of it is in the page')
      await tree.getByText('key4900 … key4999').click()
      await tree.locator('summary', { hasText: 'key4999:' }).click()
      await tree.getByText('4999', { exact: true }).waitFor()
      await first.isSound(t, 'large')

      const second = await look(browser, { url, id: odd, width: 360 })
      const values = second.page.getByRole('group', { name: 'Last payload' })
      t.match(await values.innerText(), /"<b>\\u202e": "<\/script><img src=x onerror=\\"document/)
      t.match(await values.innerText(), /a\s*b\\u0007/)
      t.equal(await second.page.locator('main img[src]').count(), 0)
      await values.getByRole('button', { name: 'Show all of it' }).click()
      await second.page.getByText('y'.repeat(50_000)).waitFor()
      await second.isSound(t, 'hostile, narrow')
    })

    t.test('shows the beginning and the end of a long history, and what is between when asked', async t => {
      const many = Array.from({ length: 1100 }, (_, n) => report({ stage: `stage ${n % 7}`, n }))
      const id = await schedule([...many, long])
      // Beyond a thousand reports no event tells of progress.
      await eventually('all reports are recorded', async () => {
        const response = await fetch(`${url}/api/v1/actions?state=RUNNING`)
        const { actions } = await response.json() as { actions: Array<{ id: string, version: number }> }
        return actions.some(action => action.id === id && action.version === 1102)
      })
      const { page, isSound } = await look(browser, { url, id, width: 360, colorScheme: 'dark' })
      await page.getByRole('heading', { name: 'History 1002 entries' }).waitFor()
      t.equal(await page.locator('.history > li').count(), 101)
      t.ok(await page.locator('.segment').count() <= 20)
      t.ok(await page.locator('.marks i').count() <= 201)
      await isSound(t, 'long')
      const button = page.getByRole('button', { name: 'Show the 902 between' })
      await button.focus()
      await page.keyboard.press('Enter')
      await button.waitFor({ state: 'detached' })
      t.equal(await page.locator('.history > li').count(), 1002)
      t.match(await page.evaluate('document.activeElement.innerText'), /stage/, 'the focus goes on where the button was')
      const entry = page.locator('.history > li').nth(499)
      await entry.getByRole('button', { name: 'Payload of entry 500' }).click()
      await entry.getByRole('group', { name: 'Payload of entry 500' }).getByText('497').waitFor()
      await cancel(id)
      await state(page, 'FAILED').waitFor()
    })

    t.test('leads back to the list that one came from', async t => {
      const id = await schedule([])
      await agent.finished(id)
      const { page } = await look(browser, { url, id })
      const back = page.getByRole('navigation', { name: 'Back' }).getByRole('link')
      t.equal(await back.getAttribute('href'), '#/finished', 'from nowhere: the list that has it')
      await page.evaluate('location.hash = "#/queue?kind=x"')
      await page.waitForFunction('document.title.startsWith("Queue")')
      await page.evaluate(`location.hash = "#/actions/${id}"`)
      await back.getByText('Queue').waitFor()
      await back.click()
      await page.waitForFunction('location.hash === "#/queue?kind=x"')
    })

    t.test('says so where there is no such action', async t => {
      for (const [id, heading] of [['0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11', 'No such action'], ['nonsense\u202e', 'Not an action']] as const) {
        const { page } = await openPage(browser, { url: `${url}/ui/#/actions/${encodeURIComponent(id)}`, width: 360 })
        await page.getByRole('heading', { name: heading }).waitFor()
        t.match(await page.locator('main').innerText(), id.replace('\u202e', '\\u202e'))
        t.strictSame(await barriersOf(page), [])
      }
    })

    t.test('learns what no event tells: that somebody else wants it cancelled', async t => {
      const id = await schedule([{ do: 'ignore-abort', ms: 3_600_000 }])
      await agent.until(id, ({ state }) => state === 'RUNNING')
      const { page, isSound } = await look(browser, { url, id })
      await page.clock.install()
      await page.reload()
      await page.getByRole('button', { name: /^Cancel/ }).waitFor()
      const looked = page.waitForResponse(response => response.url().includes('state=RUNNING'))
      await page.clock.fastForward(6000)
      await looked

      await cancel(id)
      await page.clock.fastForward(6000)
      await page.locator('.deeds').getByText('cancel requested').waitFor()
      await isSound(t)
    })

    t.test('tells that the agent died under it', async t => {
      const folder = temporaryFolder(t)
      const first = await startProgram(t, { folder })
      const agent = createAgentClient(first.url)
      const { id } = await agent.schedule(script, { steps: [long] })
      await agent.until(id, ({ state }) => state === 'RUNNING')
      first.kill('SIGKILL')
      await first.exited

      const { url } = await startProgram(t, { folder })
      const { page, isSound } = await look(browser, { url, id })
      await page.getByText('1× since its last progress').waitFor()
      await page.getByText('the agent was started anew').waitFor()
      t.equal(await page.locator('.restart').count(), 1)
      await isSound(t)
    })
  })
}
