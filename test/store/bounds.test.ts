import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import type { Action, ListedAction } from '../../src/domain/action.js'
import { done, failed } from '../../src/domain/kind.js'
import type { Page } from '../../src/domain/page.js'
import { searchedBytes } from '../../src/store/matches.js'
import { examinedLimit, searchedLimit } from '../../src/store/pages.js'
import { historyQuery } from '../../src/store/events.js'
import { openStore } from '../../src/store/store.js'
import { Pruner } from '../../src/executor/pruner.js'
import { silentLogger } from '../../src/domain/log.js'
import { everyObserver } from '../../src/domain/ports/observer.js'
import { draft } from '../contracts/store-under-test.js'
import { walk } from '../contracts/store.js'
import { openEngine, temporaryFolder } from '../support/engine.js'

t.test('a page looks at a bounded number of actions, and says where to go on', async t => {
  const { store } = openEngine(t)
  const needles: string[] = []
  const drafts = Array.from({ length: examinedLimit * 2 + 500 }, (_, index) =>
    index % examinedLimit === 100 ? draft({ kind: 'rare.steward/kind', lane: 'a' }) : draft({ protocol: index % 2 === 0 ? 'even' : 'odd' }))
  for (const each of drafts) if (each.kind === 'rare.steward/kind') needles.push(each.id)
  await Promise.all(drafts.map(each => store.append(each)))

  const query = { filter: { kind: 'rare.steward/kind' }, order: 'asc', limit: 100 } as const
  const first = store.page(query)
  const all = walk(store, query)

  t.strictSame(first.items.map(({ id }) => id), needles.slice(0, 1), 'a short page')
  t.ok(first.next, 'with a cursor')
  t.strictSame(all.ids, needles, 'nothing is left out')
  t.equal(all.pages, 3)
  for (const order of ['asc', 'desc'] as const) {
    const merged = walk(store, { filter: { kind: 'rare.steward/kind', states: ['NEW', 'DONE'] }, order, limit: 2 })
    t.strictSame(merged.ids, order === 'asc' ? needles : [...needles].reverse(), `merged of several ranges, ${order}`)
  }
})

t.test('a search looks at a bounded number of actions, and of bytes of each', async t => {
  const { store, path } = openEngine(t)
  await Promise.all(Array.from({ length: searchedLimit + 100 }, () => store.append(draft({ lane: 'waiting' }))))
  const fail = async (error: string, more: Pick<Partial<Action>, 'args' | 'headers'> & { payload?: string }): Promise<void> => {
    const { args = null, headers = {} } = more
    const { action } = await store.append(draft({ args, headers }))
    await store.claim('main')
    await store.settle(action.seq, failed(error, { more: { text: more.payload ?? '' } }))
  }
  const large = 'x'.repeat(searchedBytes)
  await fail('needle, small', { args: 'x'.repeat(searchedBytes - 500) })
  await fail('needle, among much', { payload: large })
  await fail('needle, behind much', { args: large })
  await fail('needle, behind many', { headers: { large } })
  const errorsOf = (page: Page<ListedAction>): unknown[] => page.items.map(({ failure }) => failure?.error)
  const query = { filter: { search: 'Needle' }, order: 'asc', limit: 100 } as const

  const first = store.pageWithFailures(query)
  t.strictSame(errorsOf(first), [], 'an empty page')
  const second = store.pageWithFailures({ ...query, cursor: first.next! })
  t.strictSame([errorsOf(second), second.next], [['needle, small'], null], 'and one that ends the list')

  const database = new Database(path)
  database.exec('drop trigger action_legal_move')
  database.exec("update action set state_payload = '{\"error\":\"needle' where finished_at is not null")
  database.close()
  t.strictSame(store.page({ ...query, order: 'desc' }).items, [], 'what is damaged is not found, and harms nobody')
})

t.test('a write turn takes a bounded number of entries, and of bytes', async t => {
  const turns: number[] = []
  const path = join(temporaryFolder(t), 'steward.db')
  const observer = { turn: ({ entries }: { entries: number }) => { turns.push(entries) } }
  const store = openStore({ path, queueLimit: 10_000, clock: { now: () => 1000 }, observer })
  t.teardown(() => { store.close() })

  await Promise.all(Array.from({ length: 600 }, () => store.append(draft())))
  t.strictSame(turns.splice(0), [256, 256, 88])
  await Promise.all(Array.from({ length: 5 }, () => store.append(draft({ args: 'x'.repeat(400_000) }))))
  t.strictSame(turns, [2, 2, 1])
})

t.test('the pruner goes on until nothing is left to remove, also past finished actions from the future', async t => {
  let now = 4_000_000_000_000
  const engine = openEngine(t, { clock: { now: () => now } })
  const finish = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) await engine.store.append(draft())
    for (let action = await engine.store.claim('main'); action !== null; action = await engine.store.claim('main')) {
      await engine.store.settle(action.seq, done())
    }
  }
  await finish(250)
  now = 1_700_000_000_000
  await finish(500)
  now += 100_000
  const pruned: number[] = []
  const pruner = new Pruner({
    store: engine.store,
    clock: { now: () => now },
    log: silentLogger,
    observer: everyObserver([{ pruned: ({ removed }) => { pruned.push(removed) } }]),
    keep: 20,
    ageMs: 1000,
    intervalMs: 1_000_000
  })

  const removed = await pruner.prune()

  t.equal(removed, 480, 'all that are old, but for the newest 20')
  t.equal(walk(engine.store, { filter: {}, order: 'asc', limit: 1000 }).ids.length, 270)
  t.strictSame(pruned, [480])
})

t.test('a history is found by its own entries, however many others there are', async t => {
  const { path } = openEngine(t)
  const database = new Database(path, { readonly: true })
  t.teardown(() => { database.close() })

  const plan = database.prepare<[number], { detail: string }>(`explain query plan ${historyQuery}`).all(1).map(({ detail }) => detail)

  t.ok(plan.some(step => step.startsWith('SEARCH t USING INTEGER PRIMARY KEY')), plan.join('; '))
  t.notOk(plan.some(step => /^SCAN (t|a|transition|action)\b/.test(step)), plan.join('; '))
})

t.test('a step of pruning that is undone with its turn is done again', async t => {
  const { store } = openEngine(t)
  for (let index = 0; index < 301; index++) {
    const { action } = await store.append(draft())
    await store.claim('main')
    await store.settle(action.seq, done())
  }
  const rule = { keep: 0, before: Date.now() + 1000 }

  const [first] = await Promise.all([store.prune(rule), t.rejects(store.settle(1_000_000, done()))])
  let removed = first.removed
  for (let more = first.more; more;) {
    const step = await store.prune(rule)
    removed += step.removed
    more = step.more
  }

  t.equal(removed, 301)
  t.strictSame(walk(store, { filter: {}, order: 'asc', limit: 1000 }).ids, [])
})

t.test('pruning goes on where long histories made it pause', async t => {
  const { store } = openEngine(t)
  for (let index = 0; index < 8; index++) {
    const { action } = await store.append(draft())
    await store.claim('main')
    await Promise.all(Array.from({ length: 1000 }, () => store.progress(action.seq, index)))
    await store.settle(action.seq, done())
  }
  const rule = { keep: 0, before: Date.now() + 1000 }

  const steps: number[] = []
  for (let more = true; more;) {
    const step = await store.prune(rule)
    steps.push(step.removed)
    more = step.more
  }

  t.strictSame(steps, [2, 2, 2, 2])
})

t.test('the pruner prunes at its start, and stops when it is told to', async t => {
  const engine = openEngine(t)
  await engine.schedule('agent.replicante.io/debug.success')
  await engine.run()
  let told = (_removed: number): void => {}
  const first = new Promise<number>(resolve => { told = resolve })
  const pruner = new Pruner({
    store: engine.store,
    clock: { now: () => Date.now() + 1_000_000 },
    log: silentLogger,
    observer: everyObserver([{ pruned: ({ removed }) => { told(removed) } }]),
    keep: 0,
    ageMs: 0,
    intervalMs: 1_000_000
  })
  const last = await engine.schedule('agent.replicante.io/debug.success')
  await engine.finished(last.id)

  await pruner.start()
  t.equal(await first, 2)
  await pruner.stop()
  await pruner.stop()
})
