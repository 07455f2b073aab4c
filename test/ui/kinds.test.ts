import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { createAgentClient, type AgentClient } from '../support/agent-client.js'
import { barriersOf, chromiumPath, openPage, startBrowser, withoutBrowser } from '../support/browser.js'
import { temporaryFolder } from '../support/engine.js'
import { actionOf, kindPlace, look, ping, schedule, script } from '../support/kind-form.js'
import { startProgram } from '../support/program.js'

interface Local {
  readonly browser: Browser
  readonly url: string
  readonly agent: AgentClient
}

async function focused (page: Page): Promise<string | undefined> {
  return await page.evaluate(() => document.activeElement?.className || document.activeElement?.id)
}

function listStories (t: Test, { browser, url }: Local): void {
  t.test('all kinds are listed in groups, and a filter finds them', async t => {
    const { page, isSound } = await look(t, { browser, url, place: 'kinds' })
    const groups = await page.getByRole('heading', { level: 2 }).allTextContents()
    t.strictSame([...groups].sort(), ['For trying and for tests', 'sqlite.steward'])
    t.equal(groups.at(-1), 'For trying and for tests')
    await isSound(t)
    await page.getByLabel('Filter').fill('backup COPIES')
    await page.getByText(/^1 of \d+ kinds$/).waitFor()
    t.equal(await page.locator('.kind-list li').count(), 1)
    await page.getByRole('link', { name: 'Schedule sqlite.steward/backup' }).click()
    await page.getByRole('heading', { name: 'sqlite.steward/backup', level: 1 }).waitFor()
  })

  t.test('a kind that is not there is told of', async t => {
    const { page } = await openPage(browser, { url: `${url}/ui/#/${kindPlace('no.such/kind')}` })
    await page.getByText('No kind of action is named "no.such/kind"').waitFor()
    t.strictSame(await barriersOf(page), [])
  })
}

function formStories (t: Test, { browser, url, agent }: Local): void {
  t.test('an action is scheduled from the form, and followed to its page', async t => {
    const { page, sent, isSound } = await look(t, { browser, url, place: kindPlace(ping) })
    await page.getByLabel('count').fill('2')
    await page.getByText('More', { exact: true }).click()
    await page.getByLabel('requester').fill('ticket 7')
    await isSound(t)
    await schedule(page)
    const id = await actionOf(page)
    t.match(sent, [{ kind: ping, args: { count: 2 }, requester: 'ticket 7', id }], 'once, with an id')
    t.equal((await agent.finished(id)).state, 'DONE')
  })

  t.test('what is left empty is left out', async t => {
    const { page, sent } = await look(t, { browser, url, place: kindPlace('sqlite.steward/checkpoint') })
    t.equal(await page.getByLabel('mode').evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent), 'default: passive')
    await schedule(page)
    const id = await actionOf(page)
    t.strictSame(sent, [{ kind: 'sqlite.steward/checkpoint', id }])
  })

  t.test('a backup gets the name that is filled in', async t => {
    const { page } = await look(t, { browser, url, place: kindPlace('sqlite.steward/backup') })
    await page.getByLabel('file').fill('weekly/app.db')
    await schedule(page)
    const action = await agent.finished(await actionOf(page))
    t.match(action, { state: 'DONE', args: { file: 'weekly/app.db' } })
  })

  t.test('what is wrong is told at its field before anything is sent', async t => {
    const { page, sent, isSound } = await look(t, { browser, url, place: kindPlace(ping) })
    const count = page.getByLabel('count')
    await count.fill('two')
    await schedule(page)
    const summary = page.getByRole('group', { name: /Not sent/ })
    await summary.getByText('must be a whole number').waitFor()
    t.equal(await focused(page), 'error-summary', 'the summary has the focus')
    t.equal(await count.getAttribute('aria-invalid'), 'true')
    const described = await count.evaluate(input => (input.getAttribute('aria-describedby') ?? '').split(' ')
      .map(id => document.getElementById(id)?.textContent).join(' '))
    t.equal(described, 'How many steps to take. From 1 to 1000. Must be a whole number.')
    await isSound(t)
    await summary.getByRole('link', { name: 'count' }).click()
    t.ok(await count.evaluate(input => input === document.activeElement), 'the link leads to the field')
    await count.fill('2000')
    await summary.getByText('must be at most 1000').waitFor()
    await count.fill('9007199254740993')
    await summary.getByText('cannot be held exactly').waitFor()
    await count.fill('2')
    await summary.waitFor({ state: 'detached' })
    t.strictSame(sent, [], 'nothing was sent')
  })

  t.test('the keyboard is enough', async t => {
    const { page } = await look(t, { browser, url, place: kindPlace(ping) })
    await page.locator('#main').focus()
    for (let steps = 0; steps < 20 && await page.getByLabel('count').evaluate(input => input !== document.activeElement); steps++) {
      await page.keyboard.press('Tab')
    }
    await page.keyboard.type('3')
    await page.keyboard.press('Enter')
    t.match(await agent.finished(await actionOf(page)), { state: 'DONE', args: { count: 3 } })
  })

  t.test('steps are put together row by row', async t => {
    const { page, isSound } = await look(t, { browser, url, place: kindPlace(script) })
    const add = page.getByRole('button', { name: 'Add to steps' })
    await add.click()
    const first = page.getByRole('group', { name: 'steps 1', exact: true })
    t.ok(await first.getByLabel('do').evaluate(select => select === document.activeElement), 'the new row has the focus')
    await first.getByLabel('do').selectOption('sleep')
    await first.getByLabel('ms').fill('1')
    await add.click()
    await add.click()
    const third = page.getByRole('group', { name: 'steps 3', exact: true })
    await third.getByLabel('do').selectOption('done')
    await third.getByLabel('payload').fill('{"all": "well"}')
    await schedule(page)
    await page.getByRole('group', { name: /Not sent/ }).getByText('is empty: fill it in, or remove it').waitFor()
    await isSound(t)
    await page.getByRole('button', { name: 'Remove steps 2' }).click()
    await schedule(page)
    const action = await agent.finished(await actionOf(page))
    t.strictSame(action.args, { steps: [{ do: 'sleep', ms: 1 }, { do: 'done', payload: { all: 'well' } }] })
    t.strictSame(action.state_payload, { all: 'well' })
  })
}

function jsonStories (t: Test, { browser, url, agent }: Local): void {
  t.test('the form becomes JSON and a form again', async t => {
    const { page, sent } = await look(t, { browser, url, place: kindPlace(script) })
    await page.getByRole('button', { name: 'Fill in the example' }).click()
    await page.getByRole('button', { name: 'JSON', exact: true }).click()
    const text = page.getByRole('textbox', { name: 'Arguments' })
    const { args } = await agent.post('/actions', { kind: script, args: JSON.parse(await text.inputValue()) }).then(({ body }) => body)
    t.match(args, { steps: [{ do: 'progress' }, { do: 'sleep', ms: 100 }, { do: 'done', payload: 'finished' }] })
    await text.fill('{"steps": [{"do": "sleep", "ms": 9007199254740993}]}')
    await page.getByRole('button', { name: 'Form', exact: true }).click()
    await page.getByRole('group', { name: /nothing is to be lost/ }).getByText('cannot be held exactly').waitFor()
    await text.fill('{"steps": [{"do": "sleep", "ms": 7}]}')
    await page.getByRole('button', { name: 'Form', exact: true }).click()
    t.equal(await page.getByRole('group', { name: 'steps 1', exact: true }).getByLabel('ms').inputValue(), '7')
    t.strictSame(sent, [])
    await page.getByRole('button', { name: 'JSON', exact: true }).click()
    await page.getByRole('textbox', { name: 'Arguments' }).fill('{"steps": [{"do": "dance"}]}')
    await schedule(page)
    await page.getByRole('group', { name: /Not sent/ }).getByText('has no "do" that is known').waitFor()
    await page.getByRole('textbox', { name: 'Arguments' }).fill('{"steps": []}')
    await schedule(page)
    t.match(await agent.finished(await actionOf(page)), { state: 'DONE', args: { steps: [] } })
  })

  t.test('an address fills the form, and says so when it cannot', async t => {
    const args = encodeURIComponent(JSON.stringify({ count: 41 }))
    const { page, isSound } = await look(t, { browser, url, place: kindPlace(ping, `?args=${args}`) })
    t.equal(await page.getByLabel('count').inputValue(), '41')
    await page.evaluate(place => { location.hash = place }, `#/${kindPlace(ping, '?args=%7B')}`)
    await page.getByText('The arguments in the address cannot be read').waitFor()
    t.equal(await page.getByLabel('count').inputValue(), '')
    await isSound(t)
  })

  t.test('odd values neither harm nor stop the page', async t => {
    const odd = { steps: [{ do: 'fail', error: '<b onload=x>\u202e\u0000 "\'' }, { do: 'gone' }, ...Array.from({ length: 2000 }, () => 7)] }
    const { page } = await look(t, { browser, url, place: kindPlace(script, `?args=${encodeURIComponent(JSON.stringify(odd))}`) })
    t.match(await page.getByLabel('steps').inputValue(), /<b onload=x>\\u202e\\u0000/)
    await schedule(page)
    await page.getByRole('group', { name: /Not sent/ }).waitFor()
  })
}

function looks (t: Test, { browser, url }: Local): void {
  t.test('it can be used in the dark and on a narrow screen', async t => {
    const example = encodeURIComponent(JSON.stringify({ steps: [{ do: 'sleep', ms: -1 }, { do: 'fail', error: 'x'.repeat(300) }] }))
    for (const how of [{ colorScheme: 'dark' }, { width: 360 }, { width: 360, colorScheme: 'dark' }] as const) {
      const list = await look(t, { browser, url, place: 'kinds', ...how })
      await list.isSound(t, `the list, ${JSON.stringify(how)}`)
      const { page, isSound } = await look(t, { browser, url, place: kindPlace(script, `?args=${example}`), ...how })
      await schedule(page)
      await page.getByRole('group', { name: /Not sent/ }).waitFor()
      await page.getByText('The schema of its arguments').click()
      await isSound(t, `the form with errors, ${JSON.stringify(how)}`)
      await page.getByRole('button', { name: 'JSON', exact: true }).click()
      await isSound(t, `the form as JSON, ${JSON.stringify(how)}`)
    }
  })
}

if (chromiumPath === undefined) {
  t.pass('Chromium', { skip: withoutBrowser })
} else {
  t.test('kinds and their forms', async t => {
    const folder = temporaryFolder(t)
    new Database(join(folder, 'app.db')).exec('CREATE TABLE t (a)').close()
    const env = { STEWARD_DATASTORE_KIND: 'sqlite', STEWARD_DATASTORE_PATH: join(folder, 'app.db') }
    const { url } = await startProgram(t, { folder, env })
    const browser = await startBrowser(t)
    const local: Local = { browser, url, agent: createAgentClient(url) }
    for (const stories of [listStories, formStories, jsonStories, looks]) stories(t, local)
  })
}
