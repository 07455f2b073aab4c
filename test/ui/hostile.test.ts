import t from 'tap'
import type { Browser, Page, Route } from 'playwright-core'
import { createClient } from '../../src/client/client.js'
import { createAgentClient } from '../support/agent-client.js'
import { barriersOf, chromiumPath, openPage, startBrowser, withoutBrowser } from '../support/browser.js'
import { askingAgent, connected, visit } from '../support/dashboard.js'
import { temporaryFolder } from '../support/engine.js'
import { startProgram } from '../support/program.js'

const endless = { kind: 'agent.steward/test.script', args: { steps: [{ do: 'sleep', ms: 3_600_000 }] } }
const success = 'agent.replicante.io/debug.success'

async function useToken (page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Use this token' }).click()
}

/** Answers as a proxy that has no idea. */
async function asProxy (route: Route): Promise<void> {
  await route.fulfill({ status: 404, contentType: 'text/html', body: '<h1>404</h1>' })
}

function ofAgents (browser: Browser): void {
  t.test('a proxy that knows nothing of the agent for a while is waited for, with whatever it answers', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const { page } = await openPage(browser, { url: 'about:blank' })
    await page.route('**/api/v1/**', asProxy)
    await page.goto(`${url}/ui/#/kinds`)
    await page.getByText(/The answer was 404.*tried again/).waitFor()
    t.strictSame(await barriersOf(page), [])
    await page.unroute('**/api/v1/**')
    await connected(page)

    for (const answer of [asProxy, async (route: Route) => { await route.fulfill({ contentType: 'text/html', body: '<h1>Sign in</h1>' }) }]) {
      await page.route('**/api/v1/**', answer)
      await page.reload()
      await page.getByText(/It is tried again/).waitFor()
      await page.unroute('**/api/v1/**')
      await connected(page)
    }
  })

  t.test('a stream that is refused is opened again, and what failed meanwhile is read again', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const { page } = await openPage(browser, { url: 'about:blank' })
    await page.route('**/api/v1/events', asProxy)
    await page.route('**/api/v1/kinds', asProxy)
    await page.goto(`${url}/ui/#/kinds`)
    await page.locator('[data-connection=lost]').waitFor()
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    await page.unroute('**/api/v1/kinds')
    await page.unroute('**/api/v1/events')
    await connected(page)
    await page.getByRole('link', { name: success, exact: true }).waitFor()
    t.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0)
    await page.getByText(/The page was read anew/).waitFor()
  })

  t.test('what cannot be shown takes nothing else with it', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const { page } = await openPage(browser, { url: 'about:blank' })
    await page.route('**/api/v1/kinds', async route => { await route.fulfill({ json: { kinds: [null, 7, { kind: {} }] } }) })
    await page.goto(`${url}/ui/#/kinds`)
    await page.getByRole('heading', { name: 'This page cannot be shown' }).waitFor()
    t.strictSame(await barriersOf(page), [])
    await visit(page, 'Queue')
    await page.getByRole('heading', { level: 1, name: 'Queue' }).waitFor()
    await page.unroute('**/api/v1/kinds')
    await visit(page, 'Kinds')
    await page.getByRole('link', { name: success, exact: true }).waitFor()
  })

  t.test('moments that are none are told as that', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const client = createAgentClient(url)
    const { id } = await client.schedule(success)
    await client.finished(id)
    const { page, troubles } = await openPage(browser, { url: 'about:blank' })
    await page.route('**/api/v1/actions?*', async route => {
      const text = await (await route.fetch()).text()
      await route.fulfill({ contentType: 'application/json', body: text.replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"sometime"') })
    })
    await page.goto(`${url}/ui/#/finished`)
    await page.locator(`a[href="#/actions/${id}"]`).first().waitFor()
    t.strictSame(troubles.filter(trouble => !trouble.startsWith('asked ')), [])
  })
}

function ofTokens (browser: Browser): void {
  t.test('a token that cannot be sent is told as that, and does not lock anybody out', async t => {
    const { url, tokenOf } = await askingAgent(t)
    const { page } = await openPage(browser, { url: `${url}/ui` })
    for (const none of ['schlüssel', 'two words', '→']) {
      await useToken(page, none)
      await page.getByRole('alert').getByText(/no token/).waitFor()
      await page.getByLabel('Token').fill('')
    }
    await page.reload()
    await page.getByRole('alert').getByText(/no token/).waitFor()
    await useToken(page, await tokenOf('ops', ['admin']))
    await connected(page)
  })

  t.test('what one principal was answered is not shown to the next, nor blamed on it', async t => {
    const { url, tokenOf } = await askingAgent(t)
    const refusal = '{"type":"x","detail":"of the old one"}'
    const [old, next] = [await tokenOf('old', ['admin']), await tokenOf('next', ['read'])]
    const client = createClient({ url, token: old })
    const { action: { id } } = await client.schedule(endless)
    const { page } = await openPage(browser, { url: `${url}/ui` })
    await useToken(page, old)
    await page.locator(`a[href="#/actions/${id}"]`).first().waitFor()

    let answerLate = async (): Promise<void> => {}
    const held = new Promise<void>(resolve => {
      page.route('**/api/v1/kinds', route => {
        answerLate = async () => { await route.fulfill({ status: 401, contentType: 'application/problem+json', body: refusal }).catch(() => {}) }
        resolve()
      }, { times: 1 }).catch(() => {})
    })
    await visit(page, 'Kinds')
    await held
    await page.getByRole('button', { name: 'Forget token' }).click()
    await page.getByLabel('Token').waitFor()
    await page.route('**/api/v1/actions?*', () => {})
    await useToken(page, next)
    await connected(page)
    await answerLate()
    await visit(page, 'Overview')
    await page.getByText('You are next').waitFor()
    t.equal(await page.locator(`a[href="#/actions/${id}"]`).count(), 0, 'the board is read anew, and that does not end')
    t.equal(await page.getByLabel('Token').count(), 0)
    t.notOk((await page.content()).includes(next), 'no token in the page')
  })

  t.test('what one may do no more is not offered any more', async t => {
    const { url, tokenOf } = await askingAgent(t)
    const token = await tokenOf('ops', ['admin'])
    const client = createClient({ url, token })
    await client.schedule(endless)
    const { page } = await openPage(browser, { url: `${url}/ui` })
    await useToken(page, token)
    const button = page.getByRole('button', { name: /^Cancel/ }).first()
    await button.waitFor()
    await page.route('**/api/v1/whoami', async route => {
      await route.fulfill({ json: { ...await (await route.fetch()).json() as object, scopes: ['read'] } })
    })
    await page.route('**/cancel', async route => {
      await route.fulfill({ status: 403, contentType: 'application/problem+json', body: '{"type":"x/forbidden","detail":"You may not."}' })
    })
    await button.click()
    await page.getByRole('button', { name: 'Cancel the action' }).click()
    await page.getByRole('button', { name: /^Cancel agent/ }).waitFor({ state: 'detached' })
    await connected(page)
  })
}

if (chromiumPath === undefined) t.pass('Chromium', { skip: withoutBrowser })
else {
  const browser = await startBrowser(t)
  ofAgents(browser)
  ofTokens(browser)
}
