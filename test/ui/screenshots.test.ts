import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { root } from '../../.ci/generated-documents.js'
import { createAgentClient } from '../support/agent-client.js'
import { chromiumPath, openPage, startBrowser, withoutBrowser } from '../support/browser.js'
import { connected } from '../support/dashboard.js'
import { temporaryFolder } from '../support/engine.js'
import { startProgram } from '../support/program.js'

/** Where the pictures of the documents are. `npm run screenshots` makes them anew. */
const committed = join(root, 'docs', 'images')
const isKept = process.env['STEWARD_SCREENSHOTS'] === 'keep'

/** A command that has copied 62 % of something, for as long as the test takes. */
const dump = `#!/bin/sh
case $1 in
  start) echo started ;;
  check) echo '{"status":"running","stage":"copy","bytes_done":2604000000,"bytes_total":4200000000}' ;;
esac
`

const settings = (folder: string): string => `
datastore: { kind: sqlite, path: ${folder}/orders.db }
external_actions:
  dump:
    description: Dump the database to the archive.
    action: [${folder}/dump, start]
    check: [${folder}/dump, check]
    cancel: [${folder}/dump, cancel]
`

/** An agent with a past, with work, and with more to come. */
async function busyAgent (t: Test): Promise<{ url: string, backup: string }> {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'dump'), dump)
  chmodSync(join(folder, 'dump'), 0o755)
  writeFileSync(join(folder, 'steward.yaml'), settings(folder))
  const database = new Database(join(folder, 'orders.db'))
  database.exec(`create table orders (id integer primary key, what blob);
    insert into orders (what) select randomblob(60000) from (with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500) select i from n)`)
  database.close()
  const { url } = await startProgram(t, { folder, env: { STEWARD_CONFIG: join(folder, 'steward.yaml') } })
  const client = createAgentClient(url)
  const done = async (kind: string, args = {}): Promise<string> => {
    const { id } = await client.schedule(kind, args)
    return (await client.finished(id)).id
  }
  await done('sqlite.steward/integrity-check')
  await done('sqlite.steward/analyze')
  await done('agent.steward/test.script', { steps: [{ do: 'fail', error: 'The archive has 1.2 GB left, and the dump needs 4.2 GB: make room, then run it again.' }] })
  const backup = await done('sqlite.steward/backup', { file: 'nightly/orders.db' })
  await done('sqlite.steward/checkpoint')
  const { id } = await client.schedule('external.agent.replicante.io/dump', { compress: true })
  await client.until(id, ({ state_payload: payload }) => JSON.stringify(payload).includes('bytes_done'))
  for (const kind of ['backup', 'vacuum', 'analyze', 'integrity-check']) await client.schedule(`sqlite.steward/${kind}`)
  return { url, backup }
}

/** The width and the height of a PNG, which stand in its first chunk. */
function sizeOf (png: Buffer): { width: number, height: number } {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
}

async function picture (t: Test, page: Page, name: string): Promise<void> {
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  const file = join(committed, `${name}.png`)
  if (isKept) writeFileSync(file, png)
  t.strictSame(sizeOf(readFileSync(file)), sizeOf(png), `docs/images/${name}.png is there, and of this size (else: npm run screenshots)`)
}

function pictures (browser: Browser): void {
  t.test('the pictures of the documents can be made', async t => {
    if (isKept) mkdirSync(committed, { recursive: true })
    const { url, backup } = await busyAgent(t)
    const at = async (place: string, look: object = {}): Promise<Page> => {
      const { page } = await openPage(browser, { url: `${url}/ui/#/${place}`, width: 1100, height: 900, ...look })
      await connected(page)
      return page
    }

    const overview = await at('', { height: 1150 })
    await overview.getByText('62%').first().waitFor()
    await overview.getByText(/make room/).first().waitFor()
    await picture(t, overview, 'dashboard-overview')

    const action = await at(`actions/${backup}`)
    await action.getByText('publish').first().waitFor()
    await picture(t, action, 'dashboard-action')

    const form = await at(`kinds/${encodeURIComponent('sqlite.steward/backup')}`)
    await form.getByText('steward run').first().waitFor()
    await form.getByLabel(/^file/i).fill('weekly/orders.db')
    await form.getByText(/steward run.*weekly/).waitFor()
    await picture(t, form, 'dashboard-form')

    const narrow = await at('', { width: 360, height: 780, colorScheme: 'dark' })
    await narrow.getByText('62%').first().waitFor()
    await picture(t, narrow, 'dashboard-narrow-dark')
  })
}

if (chromiumPath === undefined) t.pass('Chromium', { skip: withoutBrowser })
else pictures(await startBrowser(t))
