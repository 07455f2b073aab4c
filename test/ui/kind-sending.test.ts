import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { createAgentClient, type AgentClient } from '../support/agent-client.js'
import { barriersOf, chromiumPath, openPage, startBrowser, withoutBrowser } from '../support/browser.js'
import { temporaryFolder } from '../support/engine.js'
import { actionOf, kindPlace, look, ping, schedule, script } from '../support/kind-form.js'
import { builtProgram, runProgram, startProgram } from '../support/program.js'

interface Local {
  readonly browser: Browser
  readonly url: string
  readonly agent: AgentClient
}

const outside = `
external_actions:
  stop:
    description: Stop it all
    action: [/bin/true]
    check: [/bin/echo, '{"status":"finished"}']
    args: { type: object, properties: { level: { type: integer } } }
`

/** Runs a line as somebody would who has copied it; `steward` is the program that was built. */
async function inShell (line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { PATH = '', HOME = '' } = process.env
  const whole = `steward () { "${process.execPath}" "${builtProgram}" "$@"; }\n${line}`
  const { stdout } = await promisify(execFile)('bash', ['-c', whole], { env: { PATH, HOME, ...env } })
  return stdout
}

function lineStories (t: Test, { browser, url, agent }: Local): void {
  t.test('the lines for a terminal do the same', async t => {
    const { page } = await look(t, { browser, url, place: kindPlace(script) })
    await page.getByRole('button', { name: 'JSON', exact: true }).click()
    const args = { steps: [{ do: 'done', payload: 'it\'s $HOME `x` "\\ \u202e 😀\n' }] }
    await page.getByRole('textbox', { name: 'Arguments' }).fill(JSON.stringify(args))
    const lines = ['curl', 'steward'].map(name => page.getByRole('region', { name: `The line for ${name}` }))
    for (const line of lines) {
      await line.getByText('it').waitFor()
      const text = await line.textContent() ?? ''
      t.notMatch(text, /\u202e/, 'nothing in it is unseen')
      const [id = ''] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(await inShell(text)) ?? []
      t.match(await agent.finished(id), { state: 'DONE', args }, text)
    }
    await page.getByRole('textbox', { name: 'Arguments' }).fill('{')
    await page.getByText('The lines come back').waitFor()
  })
}

/** The next request arrives, and its answer does not. */
async function loseAnswer (page: Page): Promise<void> {
  await page.route('**/api/v1/actions', async route => {
    await route.fetch()
    await route.abort()
  }, { times: 1 })
}

function troubleStories (t: Test, { browser, url, agent }: Local): void {
  t.test('what the agent alone can see is told at its field', async t => {
    const half = encodeURIComponent(JSON.stringify({ steps: [{ do: 'done', payload: '\ud800' }] }))
    const { page, sent, isSound } = await look(t, { browser, url, place: kindPlace(script, `?args=${half}`) })
    await schedule(page)
    const summary = page.getByRole('group', { name: /^Not scheduled/ })
    await summary.getByRole('link', { name: 'steps 1, payload' }).click()
    t.ok(await page.getByLabel('payload').evaluate(field => field === document.activeElement))
    t.equal(await page.getByLabel('payload').getAttribute('aria-invalid'), 'true')
    t.equal(sent.length, 1)
    await isSound(t)
  })

  t.test('an answer that is lost does no harm: sent again, it is one action', async t => {
    const { page, sent, isSound } = await look(t, { browser, url, place: kindPlace(ping) })
    await loseAnswer(page)
    await page.getByLabel('count').fill('4')
    await schedule(page)
    await page.getByText('The action may have been recorded').waitFor()
    await isSound(t)
    await page.getByRole('button', { name: 'Send again' }).click()
    const id = await actionOf(page)
    t.strictSame(sent.map(body => body['id']), [id, id])
    t.match(await agent.finished(id), { state: 'DONE', args: { count: 4 } })
  })

  t.test('what has changed since it was lost is another action', async t => {
    const { page, sent } = await look(t, { browser, url, place: kindPlace(ping) })
    await loseAnswer(page)
    await page.getByLabel('count').fill('5')
    await schedule(page)
    await page.getByText('The action may have been recorded').waitFor()
    await page.getByLabel('count').fill('6')
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('did arrive').waitFor()
    const [first] = sent.map(body => String(body['id']))
    t.match(await page.getByRole('link', { name: 'this action' }).getAttribute('href'), first)
    await schedule(page)
    const id = await actionOf(page)
    t.not(id, first)
    t.match([(await agent.find(first ?? ''))?.args, (await agent.find(id))?.args], [{ count: 5 }, { count: 6 }])
  })

  t.test('a full queue says when to try again, and a second click while it is busy sends nothing', async t => {
    const { page, sent } = await look(t, { browser, url, place: kindPlace(ping) })
    let answer = (): void => {}
    const held = new Promise<void>(resolve => { answer = resolve })
    await page.route('**/api/v1/actions', async route => {
      await held
      const problem = { type: '/problems/queue-full', title: 'The queue is full', status: 429, detail: '5 actions are waiting.', instance: '' }
      await route.fulfill({ status: 429, headers: { 'retry-after': '7' }, contentType: 'application/problem+json', body: JSON.stringify(problem) })
    }, { times: 1 })
    await schedule(page)
    const busy = page.getByRole('button', { name: 'Scheduling' })
    await busy.click({ force: true })
    answer()
    await page.getByText('5 actions are waiting. Try again in 7 s.').waitFor()
    t.equal(sent.length, 1)
  })

  t.test('before something is stopped it is asked', async t => {
    const kind = 'external.agent.replicante.io/stop'
    const { page, sent, isSound } = await look(t, { browser, url, place: kindPlace(kind) })
    await page.getByLabel('level').fill('3')
    await page.getByLabel('Other members').fill('{"more": [1]}')
    await schedule(page)
    const question = page.getByRole('dialog', { name: `Schedule ${kind}?` })
    await question.getByText('Stop it all').waitFor()
    await isSound(t)
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    t.strictSame(sent, [], 'no answer is a no')
    await schedule(page)
    await question.getByRole('button', { name: 'Yes, schedule it' }).click()
    t.match(await agent.finished(await actionOf(page)), { kind, args: { level: 3, more: [1] } })
    t.equal(sent.length, 1)
  })
}

function limits (t: Test, browser: Browser): void {
  t.test('a token sees only what it may schedule, and is not in the lines', async t => {
    const folder = temporaryFolder(t)
    const env = { STEWARD_ACCESS_TOKENS_FILE: join(folder, 'tokens.json'), STEWARD_ACCESS_LOCAL_SCOPES: '[]' }
    const { stdout } = await runProgram(['token', 'create', '--name', 'ops', '--scope', 'read', '--scope', 'schedule:agent.replicante.io/*'], { folder, env })
    const token = stdout.trim()
    const { url } = await startProgram(t, { folder, env })
    const { page } = await openPage(browser, { url: `${url}/ui/#/kinds` })
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Use this token' }).click()
    await page.locator('.kind-list').first().waitFor()
    const beyond = page.locator('.kind-list li').filter({ hasText: 'You may not schedule it' })
    const names = await beyond.getByRole('link').allTextContents()
    t.ok(names.includes(script) && !names.some(name => name.startsWith('agent.replicante.io/')), names.join(', '))
    t.strictSame(await barriersOf(page), [])
    await page.getByRole('link', { name: script, exact: true }).click()
    await page.getByText('your scopes do not reach it').waitFor()
    t.equal(await page.getByRole('button', { name: 'Schedule' }).count(), 0)
    await page.getByRole('link', { name: 'All kinds' }).click()
    await page.getByRole('link', { name: `Schedule ${ping}` }).click()
    const line = page.getByRole('region', { name: 'The line for curl' })
    const text = await line.textContent() ?? ''
    t.match(text, '-H "authorization: Bearer $STEWARD_TOKEN"')
    t.notMatch(await page.locator('body').textContent(), token)
    t.match(await inShell(text, { STEWARD_TOKEN: token }), /"state":"NEW"/)
    await schedule(page)
    await actionOf(page)
  })

  t.test('an agent that takes no actions is sent none', async t => {
    const { url } = await startProgram(t, { folder: temporaryFolder(t), env: { STEWARD_ACTIONS_ENABLED: 'false' } })
    const { page, sent, isSound } = await look(t, { browser, url, place: kindPlace(ping) })
    await page.getByText('The agent takes no actions now').waitFor()
    t.ok(await page.getByRole('button', { name: 'Schedule', exact: true }).isDisabled())
    await page.getByLabel('count').fill('1')
    await page.getByLabel('count').press('Enter')
    await isSound(t)
    t.strictSame(sent, [])
  })
}

if (chromiumPath === undefined) {
  t.pass('Chromium', { skip: withoutBrowser })
} else {
  t.test('what is sent from the form of a kind', async t => {
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, 'steward.yaml'), outside)
    const { url } = await startProgram(t, { folder, env: { STEWARD_CONFIG: join(folder, 'steward.yaml') } })
    const browser = await startBrowser(t)
    const local: Local = { browser, url, agent: createAgentClient(url) }
    lineStories(t, local)
    troubleStories(t, local)
    limits(t, browser)
  })
}
