/**
 * How much slower a store with much in it is than a small one. Fills a database with finished and queued actions, then
 * does the same things with it and with a small one whose pages are full too, in turns, and prints the medians and
 * their ratio.
 *
 *     node --import=tsx bench/size.ts [--finished 1000000] [--queued 100000] [--rounds 5]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { v7 } from 'uuid'
import { systemClock as clock } from '../src/domain/clock.js'
import { done } from '../src/domain/kind.js'
import type { PageQuery } from '../src/domain/page.js'
import { openStore, type SqliteStore } from '../src/store/store.js'

const { values } = parseArgs({
  options: {
    finished: { type: 'string', default: '1000000' },
    queued: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' }
  }
})
const rounds = Number(values.rounds)
const queueLimit = 1_000_000
const open = (path: string): SqliteStore => openStore({ path, clock, queueLimit })

/** Adds rows as a life of the agent would have left them, without waiting for the disk each time. */
function fill (path: string, { finished, queued }: { finished: number, queued: number }): void {
  open(path).close()
  const database = new Database(path)
  database.pragma('synchronous = off')
  const triggers = database.prepare<[], { name: string, sql: string }>("select name, sql from sqlite_schema where type = 'trigger'").all()
  for (const { name } of triggers) database.exec(`drop trigger ${name}`)
  const action = database.prepare(`insert into action
    (id, kind, lane, protocol, principal, requester, state, args, headers, created_at, scheduled_at, started_at, finished_at, updated_at, version)
    values (?, 'agent.replicante.io/debug.success', 'main', ?, 'local', 'AGENT_API', ?, 'null', '{}', ?, ?, ?, ?, ?, 3)`)
  const transition = database.prepare('insert into transition (action_seq, at, state) values (?, ?, ?)')
  const now = clock.now()
  database.transaction(() => {
    for (let index = 0; index < finished + queued; index++) {
      const at = now - (finished + queued - index) * 10
      const state = index >= finished ? 'NEW' : index % 50 === 0 ? 'FAILED' : 'DONE'
      const protocol = index % 3 === 0 ? 'replicante-classic' : 'api'
      const ended = state === 'NEW' ? null : at
      const { lastInsertRowid: seq } = action.run(v7(), protocol, state, at, at, ended, ended, at)
      for (const each of state === 'NEW' ? ['NEW'] : ['NEW', 'RUNNING', state]) transition.run(seq, at, each)
    }
  })()
  for (const { sql } of triggers) database.exec(sql)
  database.close()
}

/** Milliseconds that something takes. */
async function time (work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function median (figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)]!
}

let serial = 0
async function schedule (store: SqliteStore, count: number): Promise<void> {
  let left = count
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (left-- > 0) {
      await store.append({ id: v7(), kind: 'agent.replicante.io/debug.success', lane: 'bench', args: { n: serial++ }, headers: {}, requester: 'AGENT_API', principal: 'local', protocol: 'api', createdAt: null })
    }
  }))
}

async function drain (store: SqliteStore): Promise<void> {
  let action = await store.claim('bench')
  while (action !== null) {
    const [, next] = await Promise.all([store.settle(action.seq, done()), store.claim('bench')])
    action = next
  }
}

const page = (some: Partial<PageQuery>): PageQuery => ({ filter: {}, order: 'desc', limit: 100, ...some })
const pages: Record<string, PageQuery> = {
  'page: newest of all': page({}),
  'page: oldest of all': page({ order: 'asc' }),
  'page: finished, newest (classic)': page({ filter: { states: ['DONE', 'FAILED'], protocols: ['replicante-classic', 'replicante-next'] } }),
  'page: queue (classic)': page({ order: 'asc', filter: { states: ['NEW'], protocols: ['replicante-classic', 'replicante-next'] } }),
  'page: failed, newest': page({ filter: { states: ['FAILED'] } }),
  'page: failed, oldest': page({ order: 'asc', filter: { states: ['FAILED'] } }),
  'page: of a kind': page({ filter: { kind: 'agent.replicante.io/debug.success' } }),
  'page: of a kind that there is none of': page({ filter: { kind: 'no.such/kind' } })
}

/** The list of things that are done with both stores, each giving milliseconds. */
const measured: Record<string, (store: SqliteStore) => Promise<number>> = {
  'schedule 5,000, 64 at once': store => time(() => schedule(store, 5000)),
  'drain 5,000': store => time(() => drain(store)),
  ...Object.fromEntries(Object.entries(pages).map(([name, query]) => [
    name,
    async (store: SqliteStore) => await time(() => { for (let i = 0; i < 20; i++) store.page(query) })
  ]))
}

const folder = mkdtempSync(join(tmpdir(), 'steward-bench-'))
try {
  const [full, small] = [join(folder, 'full.db'), join(folder, 'small.db')]
  fill(full, { finished: Number(values.finished), queued: Number(values.queued) })
  fill(small, { finished: 20_000, queued: 500 })
  const figures: Record<string, { full: number[], small: number[] }> = {}
  const note = (name: string, which: 'full' | 'small', ms: number): void => {
    (figures[name] ??= { full: [], small: [] })[which].push(ms)
  }
  for (let round = 0; round < rounds; round++) {
    for (const [which, path] of [['full', full], ['small', small]] as const) {
      let store: SqliteStore | undefined
      note('open', which, await time(() => { store = open(path) }))
      for (const [name, measure] of Object.entries(measured)) note(name, which, await measure(store!))
      // Both stores have something to remove: 2,000 of the oldest, or of what was just drained.
      let removed = 0
      note('prune 2,000', which, await time(async () => {
        while (removed < 2000) removed += (await store!.prune({ keep: 100, before: clock.now() + 1 })).removed
      }))
      store!.close()
    }
  }
  console.log(`${values.finished} finished and ${values.queued} queued against 20,000 and 500; medians of ${rounds} rounds, in ms`)
  for (const [name, { full, small }] of Object.entries(figures)) {
    const [a, b] = [median(full), median(small)]
    console.log(`${name.padEnd(40)} ${a.toFixed(2).padStart(10)} ${b.toFixed(2).padStart(10)}   ratio ${(a / b).toFixed(2)}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
