import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { isFinal } from '../../src/domain/lifecycle.js'
import { createAgentClient, openEvents, type ActionView, type EventView } from '../support/agent-client.js'
import { startProgram } from '../support/program.js'

const megabytes = 200
const pageSize = 4096
/** Between two looks at the agent: often enough to see what happens, and leaving the machine to those that work. */
const paceMs = 20

for (const journalMode of ['wal', 'delete'] as const) {
  t.test(`a backup of ${megabytes} MB that another process writes to, in journal mode ${journalMode}`, async t => {
    const folder = t.testdir()
    const path = join(folder, 'app.db')
    createDatabase(path, journalMode)
    const { url } = await startProgram(t, { folder, args: ['--set', `datastore.path=${path}`] })
    const client = createAgentClient(url)
    const { told } = await openEvents(url, ({ state }) => isFinal(state))
    const writer = await startWriter(t, path)

    const { id } = await client.schedule('sqlite.steward/backup', { file: 'copy.db' })
    const [looks, streamed] = await Promise.all([lookUntilFinal(url, id), told])
    const written = await writer.stop()

    const action = await client.finished(id)
    const copy = readCopy(join(folder, 'data', 'backups', 'copy.db'))
    t.comment(`${journalMode}: ${written.transactions} transactions beside it, the slowest ${Math.round(written.longestMs)} ms`)
    t.comment(`${journalMode}: /livez answered ${looks.live.length} times, the slowest ${Math.round(Math.max(...looks.live))} ms`)
    t.match(action, { state: 'DONE', state_payload: { file: 'copy.db', integrity: 'ok' } })
    judgeProgress(t, { action, polled: looks.payloads, streamed })
    t.equal(copy.integrity, 'ok', 'the copy is sound')
    t.ok(copy.filler, 'and holds what was there')
    t.equal(copy.debits, copy.credits, 'and is of one moment: no transaction is in it by half')
    t.ok(copy.debits < written.transactions, 'the other process has written since')
  })
}

function createDatabase (path: string, journalMode: string): void {
  const database = new Database(path)
  database.pragma('synchronous = off')
  database.exec(`
    create table debit (id integer primary key, data blob);
    create table credit (id integer primary key, data blob);
    create table filler (id integer primary key, data blob);
    with recursive n (i) as (select 1 union all select i + 1 from n where i < ${megabytes * 256})
      insert into filler select i, randomblob(${pageSize - 100}) from n`)
  database.pragma(`journal_mode = ${journalMode}`)
  database.close()
}

interface Written {
  readonly transactions: number
  readonly longestMs: number
}

/** Another process that writes to the database all the time. */
async function startWriter (t: Test, path: string): Promise<{ stop (): Promise<Written> }> {
  const script = fileURLToPath(new URL('../support/writer.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => { child.kill('SIGKILL') })
  const lines = createInterface({ input: child.stdout })
  await once(lines, 'line')
  return {
    stop: async () => {
      child.stdin.end()
      const [line] = await once(lines, 'line') as [string]
      return JSON.parse(line) as Written
    }
  }
}

interface Looks {
  /** Milliseconds that each answer of /livez took. */
  readonly live: number[]
  /** The payloads of the action while it was RUNNING. */
  readonly payloads: string[]
}

/** Asks, like anybody who polls, until the action is final. Throws when the agent does not say that it lives. */
async function lookUntilFinal (url: string, id: string): Promise<Looks> {
  const client = createAgentClient(url)
  const looks: Looks = { live: [], payloads: [] }
  for (;;) {
    const began = performance.now()
    const { status } = await fetch(`${url}/livez`)
    if (status !== 200) throw new Error(`/livez answered ${status}`)
    looks.live.push(performance.now() - began)
    const action = await client.find(id)
    if (action === null || isFinal(action.state)) return looks
    if (action.state === 'RUNNING' && action.state_payload !== null) looks.payloads.push(JSON.stringify(action.state_payload))
    await pause(paceMs)
  }
}

interface Told {
  readonly action: ActionView
  readonly polled: readonly string[]
  readonly streamed: readonly EventView[]
}

function judgeProgress (t: Test, { action: { history }, polled, streamed }: Told): void {
  t.strictSame(
    streamed.map(({ timestamp, state, state_payload: payload }) => ({ timestamp, state, payload })),
    history.map(({ timestamp, state, state_payload: payload }) => ({ timestamp, state, payload })),
    'the stream told the whole history')

  const told = history.filter(({ state }) => state === 'RUNNING').map(({ state_payload: payload }) => payload)
  const known = new Set(told.map(payload => JSON.stringify(payload)))
  t.ok(polled.length > 0 && polled.every(payload => known.has(payload)), 'polling saw progress, and only what the history has')

  const pages = told.flatMap(payload => {
    const { pages_done: done, pages_total: total } = (payload ?? {}) as { pages_done?: number, pages_total?: number }
    return done === undefined || total === undefined ? [] : [{ done, total }]
  })
  const total = pages[0]?.total ?? 0
  t.ok(total >= megabytes * 256, 'progress counts every page')
  t.ok(pages.every((page, index) => page.total === total && page.done >= (pages[index - 1]?.done ?? 0)), 'it never goes back')
  t.equal(pages[0]?.done, 0)
  t.equal(pages.at(-1)?.done, total)
}

function readCopy (path: string) {
  const database = new Database(path, { readonly: true })
  const count = (table: string): number => Number(database.prepare(`select count(*) from ${table}`).pluck().get())
  const found = {
    integrity: database.pragma('integrity_check', { simple: true }),
    filler: count('filler') === megabytes * 256,
    debits: count('debit'),
    credits: count('credit')
  }
  database.close()
  return found
}
