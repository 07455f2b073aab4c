import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Browser, Page } from 'playwright-core'
import { createAgentClient } from '../support/agent-client.js'
import { barriersOf, chromiumPath, openPage, startBrowser, withoutBrowser } from '../support/browser.js'
import { askingAgent, connected, visit } from '../support/dashboard.js'
import { temporaryFolder } from '../support/engine.js'
import { freePorts } from '../support/free-ports.js'
import { startProgram } from '../support/program.js'

const views = ['Queue', 'Finished', 'Kinds', 'Datastore', 'Overview']
const script = 'agent.steward/test.script'

/** As when another tab is in front. */
async function hide (page: Page, hidden: boolean): Promise<void> {
  // A text, since tsx would put calls of a helper of its own into a function.
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} })
    document.dispatchEvent(new Event('visibilitychange'))
  `)
}

function stories (browser: Browser): void {
  t.test('is live, leads to every view, and stands in nobody\'s way', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    for (const look of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { width: 360 }] as const) {
      const { page, troubles } = await openPage(browser, { url: `${url}/ui`, ...look })
      await connected(page)
      t.equal(new URL(page.url()).pathname, '/ui/')
      for (const name of views) {
        await visit(page, name)
        await page.getByRole('heading', { level: 1 }).waitFor()
        t.strictSame(await barriersOf(page), [], `${name} ${JSON.stringify(look)}`)
        t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} fits the width`)
      }
      t.strictSame(troubles, [], 'no error, no request to another host')
      await page.context().close()
    }
  })

  t.test('says which node it is, wherever one is, and before what stops it', async t => {
    const folder = temporaryFolder(t)
    const service = '{ supervisor: commands, options: { start: [/bin/true], stop: [/bin/true], pid: [/bin/true] } }'
    writeFileSync(join(folder, 'steward.yaml'), `service: ${service}\n`)
    const { url } = await startProgram(t, { folder, env: { STEWARD_CONFIG: 'steward.yaml' } })
    const { node } = await (await fetch(`${url}/api/v1/info/datastore`)).json() as { node: { id: string } }
    const { page } = await openPage(browser, { url: `${url}/ui/#/kinds/${encodeURIComponent('replicante.io/service.stop')}` })
    await page.waitForFunction(id => document.title.includes(id), node.id)
    t.match(await page.locator('header .node').innerText(), `sqlite ${node.id}, primary`)
    await page.getByRole('button', { name: 'Schedule', exact: true }).click()
    t.match(await page.getByRole('dialog').innerText(), `sqlite ${node.id}, primary`)
    t.strictSame(await barriersOf(page), [])
  })

  t.test('a script that never comes is explained', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const { page } = await openPage(browser, { url: 'about:blank' })
    await page.route('**/app.js', async route => { await route.fulfill({ status: 403, body: '' }) })
    await page.goto(`${url}/ui/`)
    await page.getByText('the script of the page did not come').waitFor()
    t.strictSame(await barriersOf(page), [])
  })

  t.test('is gone through by the keyboard alone', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const { page } = await openPage(browser, { url: `${url}/ui` })
    await connected(page)
    await page.keyboard.press('Tab')
    t.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content')
    await page.keyboard.press('Enter')
    t.equal(await page.evaluate(() => document.activeElement?.id), 'main')
    await page.keyboard.press('Shift+Tab')
    for (const name of [...views].slice(0, 4).reverse()) {
      const link = page.getByRole('navigation').getByRole('link', { name, exact: true })
      await link.focus()
      await page.keyboard.press('Enter')
      await page.waitForFunction(title => document.title.startsWith(title), name)
      t.equal(await page.evaluate(() => document.activeElement?.id), 'main', `${name} begins at its top`)
    }
  })

  t.test('a token is asked for, kept for the tab alone, and forgotten when that is wished', async t => {
    const { url, tokenOf } = await askingAgent(t)
    const token = await tokenOf('ops', ['read', 'schedule:agent.replicante.io/*'])
    const { page } = await openPage(browser, { url: `${url}/ui` })
    const field = page.getByLabel('Token')
    await field.waitFor()
    t.strictSame(await barriersOf(page), [])

    await field.fill('not-one-of-its-tokens')
    await page.getByRole('button', { name: 'Use this token' }).click()
    await page.getByRole('alert').waitFor()
    t.strictSame(await barriersOf(page), [], 'with an error')
    await field.fill(token)
    await page.keyboard.press('Enter')
    await connected(page)
    t.match(await page.locator('.who').innerText(), /ops.*token/)

    await page.reload()
    await connected(page)
    t.ok(await page.evaluate(() => !JSON.stringify({ ...localStorage }).includes('steward') && document.cookie === ''))
    const other = await page.context().newPage()
    await other.goto(`${url}/ui/`)
    await other.getByLabel('Token').waitFor()
    t.notOk(page.url().includes(token), 'the address never has it')

    await page.getByRole('button', { name: 'Forget token' }).click()
    await field.waitFor()
    await page.reload()
    await field.waitFor()
  })

  t.test('a token that is taken back is asked for again', async t => {
    const { url, folder, tokenOf } = await askingAgent(t)
    const token = await tokenOf('ops', ['admin'])
    const { page } = await openPage(browser, { url: `${url}/ui` })
    await page.getByLabel('Token').fill(token)
    await page.keyboard.press('Enter')
    await connected(page)
    rmSync(join(folder, 'tokens.json'))
    await visit(page, 'Kinds')
    await page.getByLabel('Token').waitFor()
    t.match(await page.getByRole('alert').innerText(), /token/)
  })

  t.test('who may not read is told so', async t => {
    const { url, tokenOf } = await askingAgent(t)
    const token = await tokenOf('ops', ['cancel'])
    const { page } = await openPage(browser, { url: `${url}/ui` })
    await page.getByLabel('Token').fill(token)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Nothing to see' }).waitFor()
    t.strictSame(await barriersOf(page), [])
    t.equal(await page.getByRole('navigation').count(), 0)
  })

  t.test('an agent that restarts is found again, and the page says what happened', async t => {
    const folder = temporaryFolder(t)
    const [port] = await freePorts(1)
    const start = async () => await startProgram(t, { folder, args: ['--bind', `127.0.0.1:${port}`] })
    const first = await start()
    const { page } = await openPage(browser, { url: `${first.url}/ui` })
    await connected(page)
    const client = createAgentClient(first.url)
    const { id } = await client.schedule(script, { steps: [{ do: 'progress', payload: 1 }, { do: 'sleep', ms: 3_600_000 }] })
    await client.until(id, ({ history }) => history.length === 3)

    first.kill('SIGKILL')
    await page.locator('[data-connection=lost]').waitFor()
    await page.getByText(/there is no connection/).waitFor()
    t.strictSame(await barriersOf(page), [], 'while it is away')
    await start()
    await connected(page)
    const notice = page.getByText(/The agent restarted/)
    await notice.waitFor()
    t.match(await notice.innerText(), /Meanwhile .*(1 action ran|interrupted)/)
    await page.getByRole('button', { name: /^Dismiss/ }).click()
    await notice.waitFor({ state: 'detached' })
  })

  t.test('a tab that nobody sees lets go of its stream, and goes on where it was', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const { page } = await openPage(browser, { url: 'about:blank' })
    await page.clock.install()
    await page.goto(`${url}/ui/`)
    await connected(page)
    const closed = page.waitForEvent('requestfailed', request => request.url().endsWith('/api/v1/events'))
    await hide(page, true)
    await page.clock.fastForward(61_000)
    await page.locator('[data-connection=paused]').waitFor()
    await closed
    const client = createAgentClient(url)
    const { id } = await client.schedule(script, { steps: [{ do: 'done', payload: 'meanwhile' }] })
    await client.finished(id)
    await hide(page, false)
    await connected(page)
    await page.locator(`a[href="#/actions/${id}"]`).first().waitFor()
  })

  t.test('an agent that takes no actions says why', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t), env: { STEWARD_ACTIONS_ENABLED: 'false' } })
    const { page } = await openPage(browser, { url: `${url}/ui` })
    await page.getByText(/takes and runs no actions/).waitFor()
    t.strictSame(await barriersOf(page), [])
  })
}

if (chromiumPath === undefined) t.pass('Chromium', { skip: withoutBrowser })
else stories(await startBrowser(t))
