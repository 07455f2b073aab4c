import { renameSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page, Route } from 'playwright-core'
import t, { type Test } from 'tap'
import { createAgentClient } from '../support/agent-client.js'
import { barriersOf, chromiumPath, openPage, startBrowser, withoutBrowser } from '../support/browser.js'
import { temporaryFolder } from '../support/engine.js'
import { eventually } from '../support/eventually.js'
import { freePorts } from '../support/free-ports.js'
import { noPostgresql, startPostgresql, startStandby, type PostgresqlServer } from '../support/postgresql.js'
import { startProgram } from '../support/program.js'

const script = 'agent.steward/test.script'

if (chromiumPath === undefined) {
  t.pass('Chromium', { skip: withoutBrowser })
} else {
  t.test('what the page tells of the agent, its datastore and its work', async t => {
    const browser = await startBrowser(t)
    t.test('beside a database file', async t => { await besideFile(t, browser) })
    t.test('the work of the last hour', async t => { await lastHour(t, browser) })
    t.test('beside a primary and its standby', { skip: noPostgresql }, async t => { await besideStandby(t, browser) })
  })
}

async function besideFile (t: Test, browser: Browser): Promise<void> {
  const folder = temporaryFolder(t)
  const { url } = await startProgram(t, { folder })
  const [file, away] = ['data/app.db', 'data/away.db'].map(path => join(folder, path)) as [string, string]

  t.test('who the node is, what it says of itself, and its shards', async t => {
    const { page, troubles } = await openPage(browser, { url: `${url}/ui/#/datastore` })
    await page.getByRole('heading', { name: hostname(), exact: true }).waitFor()
    t.match(await page.locator('[data-status]').innerText(), 'HEALTHY')
    t.match(await factsOf(page), { driver: 'sqlite', id: `sqlite-${hostname()}`, 'journal mode': 'rollback', size: '4.1 kB' })
    const shard = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'app.db' }) })
    t.match(await shard.innerText(), /primary[^]*1 changes[^]*none: it is the primary/)
    await page.getByText('there is nothing to plot').waitFor()
    t.strictSame(await barriersOf(page), [])
    t.strictSame(troubles, [])
  })

  t.test('a database that is gone, and comes back', async t => {
    const { page } = await openTimed(browser, `${url}/ui/`)
    const status = page.locator('[data-status]')
    await status.filter({ hasText: 'HEALTHY' }).waitFor()
    renameSync(file, away)
    t.teardown(() => { try { renameSync(away, file) } catch {} })
    await passes(page)
    await status.filter({ hasText: 'UNAVAILABLE' }).waitFor()
    t.match(await page.getByLabel('Health').innerText(), /The datastore: .*app\.db/, 'the overview says why')

    await page.getByRole('link', { name: /^sqlite / }).click()
    await status.filter({ hasText: 'UNAVAILABLE' }).waitFor()
    t.match(await page.locator('.datastore-part .error').innerText(), /app\.db/)
    await page.getByText(/last known at/).first().waitFor()
    t.match(await factsOf(page), { size: '4.1 kB' }, 'what was known is still there')
    t.strictSame(await barriersOf(page), [])

    const late = await openTimed(browser, `${url}/ui/#/datastore`, 'dark')
    await late.page.locator('[data-status=UNAVAILABLE]').waitFor()
    await late.page.getByText('They are not known.').waitFor()
    t.strictSame(await factsOf(late.page), {}, 'who came when it was gone is told nothing else')
    t.strictSame(await barriersOf(late.page), [])

    renameSync(away, file)
    for (const each of [page, late.page]) {
      await passes(each)
      await each.locator('[data-status=HEALTHY]').waitFor()
      await each.getByRole('heading', { name: 'app.db' }).waitFor()
      await each.getByText(/last known at/).first().waitFor({ state: 'detached' })
    }
  })

  t.test('five hundred shards, with figures past 2^53', async t => {
    const { page, troubles } = await openPage(browser, { url: `${url}/ui/#/datastore` })
    // No datastore here has so many: the answer is made up.
    const shards = Array.from({ length: 500 }, (_, index) => `{"id":"topic/${index}","role":"${index % 2 === 0 ? 'leader' : 'follower'}",
      "commit_offset":{"value":9223372036854775${index + 100},"unit":"offset"},"lag":{"value":900719925474${index + 1000},"unit":"messages"}}`)
    await page.route('**/api/v1/shards', async route => {
      await route.fulfill({ contentType: 'application/json', body: `{"shards":[${shards.join(',')}]}` })
    })
    await page.reload()
    const rows = page.locator('.shards li')
    await rows.nth(1).waitFor()
    t.equal(await rows.count(), 50)
    t.match(await rows.first().innerText(), /9,223,372,036,854,775,100 offset/, 'no digit is lost')
    await page.getByLabel('most behind first').check()
    await rows.first().filter({ hasText: 'topic/499' }).waitFor()
    await page.getByLabel('Shards with').fill('topic/12')
    await page.getByText('11 of 500').waitFor()
    await page.getByRole('button', { name: 'Plot the lag of topic/121' }).click()
    await page.getByRole('img', { name: /^Lag of topic\/121\..*at most about 9\.01P messages/ }).waitFor()
    t.match(await rows.filter({ hasText: 'topic/121' }).innerText(), /9,007,199,254,741,121 messages/)
    t.strictSame(await barriersOf(page), [])
    await page.getByLabel('Shards with').fill('')
    await page.getByRole('button', { name: /^Show more/ }).click()
    await page.waitForFunction(() => document.querySelectorAll('.shards li').length === 250)
    t.strictSame(troubles, [])
  })

  t.test('on a narrow screen, in the dark', async t => {
    const { page, troubles } = await openPage(browser, { url: `${url}/ui/#/datastore`, width: 360, colorScheme: 'dark' })
    await page.getByRole('heading', { name: 'app.db' }).waitFor()
    t.ok(await fits(page), 'nothing is wider than the screen')
    t.strictSame(await barriersOf(page), [])
    t.strictSame(troubles, [])
  })
}

async function lastHour (t: Test, browser: Browser): Promise<void> {
  const folder = temporaryFolder(t)
  const [port] = await freePorts(1)
  const start = async () => await startProgram(t, { folder, args: ['--bind', `127.0.0.1:${port}`] })
  const agent = await start()
  const { url } = agent
  const { schedule, finished } = createAgentClient(url)
  const { page, troubles } = await openTimed(browser, `${url}/ui/`)
  const throughput = page.getByRole('img', { name: /^Throughput/ })
  const depth = page.getByRole('img', { name: /^Queue depth/ })

  await t.test('what is done shows without a reload', async t => {
    await says(throughput, /0 scheduled, 0 done, 0 failed/)
    const blocker = await schedule(script, { steps: [{ do: 'sleep', ms: 3_600_000 }] })
    const steps = (index: number) => [index % 4 === 0 ? { do: 'fail', error: 'so it was asked' } : { do: 'done' }]
    const requests = Array.from({ length: 20 }, async (_, index) => await schedule(script, { steps: steps(index) }))
    const actions = await Promise.all(requests)
    // Sooner than the figures are asked for without any event.
    await says(depth, /Now 20 waiting, 1 running\. At most 20 waited/, 20_000)
    const health = page.getByLabel('Health')
    await health.filter({ hasText: /Waiting\s*20\s*Running\s*1/ }).waitFor()
    t.match(await health.innerText(), /READY[^]*HEALTHY/)

    await createAgentClient(url).post(`/actions/${blocker.id}/cancel`)
    await Promise.all(actions.map(async ({ id }) => await finished(id)))
    await says(throughput, /21 scheduled, 15 done, 6 failed/)
    await says(depth, /Now 0 waiting, 0 running/)
    t.strictSame(await barriersOf(page), [])
    t.strictSame(troubles, [])
  })

  await t.test('each minute can be read with the keyboard, and by pointing at it', async t => {
    const cursor = page.getByRole('slider', { name: 'Throughput' })
    const readout = page.locator('figure').filter({ has: cursor }).locator('.readout')
    // A new minute in between would move all others: its figures wait until the end.
    const held = await hold(t, page, '**/api/v1/activity')
    const [at, text] = [async () => await cursor.getAttribute('aria-valuetext'), async () => await readout.innerText()]
    await cursor.focus()
    t.match(await at(), /so far: \d+ scheduled, \d+ done, \d+ failed$/)
    await page.keyboard.press('Home')
    const [first, previous] = [await at(), 58]
    t.match(first, /^\d\d:\d\d: 0 scheduled, 0 done, 0 failed/)
    t.equal(await text(), first)
    await page.keyboard.press('ArrowRight')
    t.not(await at(), first)
    await page.keyboard.press('PageDown')
    t.equal(await cursor.getAttribute('aria-valuenow'), '11')
    await page.keyboard.press('End')
    t.match(await at(), /so far/)
    await page.keyboard.press('ArrowLeft')
    t.equal(await cursor.getAttribute('aria-valuenow'), String(previous))
    t.equal(await text(), await at())
    const other = page.getByRole('slider', { name: 'Queue depth' })
    t.equal(await other.getAttribute('aria-valuenow'), String(previous), 'both show the same minute')

    const box = await cursor.boundingBox()
    if (box === null) throw new Error('the plot is not seen')
    await page.mouse.move(box.x + 60, box.y + 40)
    t.match(await text(), /^\d\d:\d\d: 0 scheduled/)
    await page.mouse.move(0, 0)
    await readout.filter({ hasText: 'so far' }).waitFor()
    await held.release()
  })

  await t.test('an agent that restarts still knows its hour, and says since when it runs', async t => {
    const started = page.getByLabel('Health').locator('time').first()
    const before = await started.getAttribute('datetime')
    agent.kill('SIGKILL')
    await agent.exited
    await passes(page)
    await page.getByText('NO ANSWER').waitFor()
    t.strictSame(await barriersOf(page), [], 'while it is away')
    await start()
    await page.getByText('✓ READY').waitFor()
    await says(throughput, /21 scheduled, 15 done, 6 failed/)
    await page.waitForFunction(then => document.querySelector('.health time')?.getAttribute('datetime') !== then, before)
    await finished((await schedule(script)).id)
    await says(throughput, /22 scheduled, 16 done, 6 failed/)
    await says(throughput, /At most \d+ ended in a minute\.$/)
  })

  await t.test('on a narrow screen, in the dark', async t => {
    const narrow = await openPage(browser, { url: `${url}/ui/`, width: 360, colorScheme: 'dark' })
    await says(narrow.page.getByRole('img', { name: /^Throughput/ }), /22 scheduled/)
    t.ok(await fits(narrow.page), 'nothing is wider than the screen')
    t.strictSame(await barriersOf(narrow.page), [])
    t.strictSame(narrow.troubles, [])
  })
}

async function besideStandby (t: Test, browser: Browser): Promise<void> {
  const primary = await startPostgresql(t)
  await primary.sql('create table t (n int)')
  const standby = await startStandby(t, primary)
  const ofPrimary = await openBeside(t, browser, primary)
  const page = await openBeside(t, browser, standby)
  const plot = page.getByRole('img', { name: /^Lag of cluster/ })

  t.match(await shardOf(ofPrimary), /primary[^]*[\d,]{9,} offset[^]*none: it is the primary/)
  t.match(await shardOf(page), /secondary[^]*[\d,]{9,} offset[^]*\d+ s/)
  await passes(page)
  await says(plot, /at most \d+ s/)

  // A standby that has replayed no commit yet does not know its lag while one waits.
  await primary.sql('insert into t values (1)')
  await eventually('it is replayed', async () => (await standby.sql('select from t')).length === 1)
  await standby.sql('select pg_wal_replay_pause()')
  await primary.sql('insert into t values (2)')
  await eventually('the standby is behind by a second', async () =>
    await standby.sql(`select where now() - pg_last_xact_replay_timestamp() > '1 s'
      and pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()`).then(rows => rows.length === 1))
  await passes(page)
  await says(plot, /at most ([1-9]\d* s|\d+m)/)
  await standby.sql('select pg_wal_replay_resume()')
  await page.getByRole('button', { name: 'Plot the lag of cluster', pressed: true }).waitFor()
  t.strictSame(await barriersOf(page), [])

  await page.getByRole('link', { name: 'Kinds' }).click()
  await page.getByRole('heading', { name: 'Kinds' }).waitFor()
  await standby.stop()
  await passes(page)
  await page.getByRole('link', { name: 'Datastore' }).click()
  await page.locator('[data-status=UNAVAILABLE]').waitFor()
  const readout = page.locator('.readout')
  await readout.filter({ hasText: 'not known' }).waitFor()
  await says(plot, /at most ([1-9]\d* s|\d+m)/)
  t.match(await shardOf(page), /secondary/, 'what was known is still there')
  t.strictSame(await barriersOf(page), [])
  await standby.start()
  await passes(page)
  await page.locator('[data-status=HEALTHY]').waitFor()
  await readout.filter({ hasText: /: \d+ s$/ }).waitFor()
  const gap = await page.locator('.plot .plot-line').getAttribute('d')
  t.ok((gap?.match(/M/g) ?? []).length > 1, 'the time when it was down is a gap')
}

/** Opens a page whose clock can be put forward. */
async function openTimed (browser: Browser, url: string, colorScheme: 'light' | 'dark' = 'light') {
  const opened = await openPage(browser, { url, colorScheme })
  await opened.page.clock.install()
  await opened.page.reload()
  return opened
}

/** The time between two questions of the page about its datastore goes by. */
async function passes (page: Page): Promise<void> {
  await page.clock.fastForward(5000)
}

/** Keeps the answers to some requests of a page from it. */
async function hold (t: Test, page: Page, url: string): Promise<{ release: () => Promise<void> }> {
  const held: Route[] = []
  await page.route(url, route => { held.push(route) })
  const release = async (): Promise<void> => {
    await page.unroute(url)
    await Promise.all(held.splice(0).map(async route => { await route.continue() }))
  }
  t.teardown(release)
  return { release }
}

/** Starts an agent beside a server, and opens the datastore's page. */
async function openBeside (t: Test, browser: Browser, { settings }: PostgresqlServer): Promise<Page> {
  const env = {
    STEWARD_DATASTORE_KIND: 'postgresql',
    STEWARD_DATASTORE_POSTGRESQL_PORT: String(settings.port),
    STEWARD_DATASTORE_POSTGRESQL_PASSWORD: settings.password ?? ''
  }
  const { url } = await startProgram(t, { folder: temporaryFolder(t), env })
  const { page } = await openTimed(browser, `${url}/ui/#/datastore`)
  await page.locator('[data-status=HEALTHY]').waitFor()
  return page
}

async function shardOf (page: Page): Promise<string> {
  const heading = page.getByRole('heading', { name: 'cluster', exact: true })
  return await page.getByRole('listitem').filter({ has: heading }).innerText()
}

/** The facts on the page, by their names in small letters. */
async function factsOf (page: Page): Promise<Record<string, string>> {
  return await page.evaluate(() => Object.fromEntries(Array.from(document.querySelectorAll('.facts dl > div'), line => (
    [line.querySelector('dt')?.textContent?.toLowerCase() ?? '', line.querySelector('dd')?.textContent ?? '']))))
}

/** Resolves when the name of a picture says so. */
async function says (picture: Locator, words: RegExp, timeout = 30_000): Promise<void> {
  const handle = await picture.elementHandle()
  await picture.page().waitForFunction(([image, source]) =>
    new RegExp(source as string).test((image as Element).getAttribute('aria-label') ?? ''), [handle, words.source] as const, { timeout })
}

async function fits (page: Page): Promise<boolean> {
  return await page.evaluate(() => document.documentElement.scrollWidth <= 360)
}
