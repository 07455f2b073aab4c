import type { Browser, Page } from 'playwright-core'
import t from 'tap'
import { chromiumPath, startBrowser, withoutBrowser } from '../support/browser.js'
import { temporaryFolder } from '../support/engine.js'
import { startProgram } from '../support/program.js'

/** The documents, in their order. */
const shown = [
  { name: /Steward/, path: '/api/v1/', operations: 10 },
  { name: /classic/, path: '/api/unstable/', operations: 7 },
  { name: /next/, path: '/replisdk/api/unstable/', operations: 7 },
  { name: /ActiveWorkflow/, path: '/activeworkflow', operations: 2 }
]

async function openDocs (browser: Browser, url: string): Promise<{ page: Page, troubles: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } })
  const troubles: string[] = []
  page.on('pageerror', error => { troubles.push(error.message) })
  page.on('console', message => { if (message.type() === 'error') troubles.push(message.text()) })
  page.on('request', request => { if (!request.url().startsWith(url) && !request.url().startsWith('data:')) troubles.push(`asked ${request.url()}`) })
  await page.goto(`${url}/docs`)
  await page.waitForSelector('.opblock')
  return { page, troubles }
}

if (chromiumPath === undefined) {
  t.pass('Chromium', { skip: withoutBrowser })
} else {
  t.test('Swagger UI', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t) })
    const browser = await startBrowser(t)

    t.test('shows every document, with nothing from anywhere else', async t => {
      const { page, troubles } = await openDocs(browser, url)
      const title = async (): Promise<string> => await page.locator('.info .title').first().innerText()
      const documents = await page.locator('select#select option').allInnerTexts()

      t.equal(documents.length, shown.length)
      for (const [index, { name, path, operations }] of shown.entries()) {
        await page.locator('select#select').selectOption({ index })
        await page.waitForSelector(`.opblock-summary-path[data-path^="${path}"]`)
        t.match(await title(), name)
        t.ok(await page.locator('.opblock').count() >= operations, `${path}: every operation is there`)
      }
      t.strictSame(troubles, [], 'no error, no request to another host')
    })

    t.test('"Try it out" schedules an action, which is seen DONE in the same page', async t => {
      const { page } = await openDocs(browser, url)
      const operation = (method: string, path: string) =>
        page.locator(`.opblock-${method}`).filter({ has: page.locator(`[data-path="${path}"]`) })
      const schedule = operation('post', '/api/v1/actions')
      await schedule.locator('.opblock-summary').click()
      await schedule.getByRole('button', { name: 'Try it out' }).click()
      await schedule.locator('textarea.body-param__text').fill('{"kind": "agent.replicante.io/test.ping", "args": {"count": 2}}')
      await schedule.getByRole('button', { name: 'Execute' }).click()
      const answer = schedule.locator('.live-responses-table .response').first()
      await answer.waitFor()
      t.match(await answer.locator('.response-col_status').innerText(), /^202/)
      const { id } = JSON.parse(await answer.locator('.highlight-code pre').first().innerText()) as { id: string }

      const read = operation('get', '/api/v1/actions/{id}')
      await read.locator('.opblock-summary').click()
      await read.getByRole('button', { name: 'Try it out' }).click()
      await read.locator('tr[data-param-name="id"] input').fill(id)
      await read.locator('tr[data-param-name="wait"] input').fill('30s')
      await read.getByRole('button', { name: 'Execute' }).click()
      const action = read.locator('.live-responses-table .response').first()
      await action.waitFor()
      const { state, history } = JSON.parse(await action.locator('.highlight-code pre').first().innerText()) as { state: string, history: Array<{ state: string }> }

      t.equal(state, 'DONE')
      t.strictSame(history.map(entry => entry.state), ['NEW', 'RUNNING', 'RUNNING', 'DONE'])
      if (process.env['SCREENSHOT'] !== undefined) await page.screenshot({ path: process.env['SCREENSHOT'], fullPage: false })
    })
  })
}
