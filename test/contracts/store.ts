import type { Test } from 'tap'
import { v7 } from 'uuid'
import { done, failed } from '../../src/domain/kind.js'
import type { PageQuery } from '../../src/domain/page.js'
import { Problem } from '../../src/domain/problem.js'
import type { ActionStore, Effect } from '../../src/domain/ports/store.js'
import { draft, lanesOf, type OpenStoreUnderTest, type StoreUnderTest } from './store-under-test.js'
import { auditContract } from './store-audit.js'
import { claimContract } from './store-claims.js'
import { listContract } from './store-lists.js'
import { outcomeContract } from './store-outcomes.js'
import { successContract } from './store-successes.js'
import { cancelWish } from '../support/access.js'

const everything: PageQuery = { filter: {}, order: 'asc', limit: 1000 }

/** What every implementation of the store's port keeps. */
export function storeContract (t: Test, open: OpenStoreUnderTest): void {
  const openOne = (t: Test, queueLimit = 1000): StoreUnderTest => open(t, { queueLimit })
  claimContract(t, openOne)
  outcomeContract(t, openOne)
  successContract(t, openOne)
  auditContract(t, openOne)
  listContract(t, openOne)

  t.test('an appended action is NEW, with everything that was said of it and a first transition', async t => {
    const { store, setTime } = openOne(t)
    setTime(1000)
    const said = draft({ args: { deep: [1, 'zwei', { drei: null }] }, headers: { 'x-note': 'ü' }, createdAt: 500 })

    const { action, fresh } = await store.append(said)

    t.equal(fresh, true)
    const { collector: _, ...shown } = said
    t.match(store.get(said.id), { ...shown, state: 'NEW', createdAt: 500, scheduledAt: 1000, startedAt: null, finishedAt: null, statePayload: null })
    t.strictSame(store.get(said.id), action, 'what is answered is what is on disk')
    t.match(store.history(action.seq), [{ actionId: said.id, at: 1000, state: 'NEW', payload: null }])
  })

  t.test('an action keeps the request and the trace that it came with', async t => {
    const { store, reopen } = openOne(t)
    const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', tracestate: 'vendor=a' }
    const other = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: null }
    const said = draft({ requestId: 'r-1', trace })
    const effects: Effect[] = []
    store.onCommit(told => { effects.push(...told) })
    await store.append(said)
    const stateless = draft({ lane: 'other', trace: other })
    await store.append(stateless)

    t.match((await store.append({ ...said, requestId: 'r-2', trace: other })).action, { requestId: 'r-1', trace }, 'those of the first')
    await store.claim('main')
    t.match(effects, [{ action: { requestId: 'r-1', trace } }, {}, { action: { state: 'RUNNING', requestId: 'r-1', trace } }])
    const reopened = reopen()
    t.match(reopened.running(), [{ requestId: 'r-1', trace }])
    t.match(await reopened.claim('other'), { requestId: null })
    t.strictSame(reopened.get(stateless.id)?.trace, other)
    t.notOk('trace' in reopened.page(everything).items[0]!, 'lists do without')
  })

  t.test('an id that is taken changes nothing and gives the action that has it', async t => {
    const { store } = openOne(t)
    const said = draft({ args: 1 })
    const first = await store.append(said)

    const second = await store.append({ ...said, args: 2, kind: 'other/kind' })

    t.equal(second.fresh, false)
    t.strictSame(second.action, first.action)
    t.equal(store.page(everything).items.length, 1)
  })

  t.test('what is told is what is on disk, whoever changes what was given', async t => {
    const { store } = openOne(t)
    const payload = { percent: 1 }
    const { action } = await store.append(draft())
    await store.claim('main')

    const progress = await store.progress(action.seq, payload)
    payload.percent = 2

    t.strictSame(progress.statePayload, { percent: 1 })
    t.strictSame(store.get(action.id), progress)
    t.strictSame(await store.settle(action.seq, done()), store.get(action.id))
  })

  t.test('progress and the end leave their entries; time never runs backwards in a history', async t => {
    const { store, setTime } = openOne(t)
    setTime(9000)
    const { action } = await store.append(draft())
    setTime(8000)
    await store.claim('main')
    setTime(7000)
    await store.progress(action.seq, { percent: 50 })
    const settled = await store.settle(action.seq, done())

    t.equal(settled.state, 'DONE')
    t.strictSame(settled.statePayload, { percent: 50 }, 'an outcome without a payload keeps the last progress')
    t.strictSame(store.history(action.seq).map(({ state, at, payload }) => ({ state, at, payload })), [
      { state: 'NEW', at: 9000, payload: null },
      { state: 'RUNNING', at: 9000, payload: null },
      { state: 'RUNNING', at: 9000, payload: { percent: 50 } },
      { state: 'DONE', at: 9000, payload: { percent: 50 } }
    ])
    t.equal(settled.finishedAt, 9000)
  })

  t.test('past 1,000 entries of progress only the latest payload changes', async t => {
    const { store } = openOne(t)
    const { action } = await store.append(draft())
    await store.claim('main')

    await Promise.all(Array.from({ length: 1005 }, (_, index) => store.progress(action.seq, index)))

    t.equal(store.get(action.id)!.statePayload, 1004)
    t.equal(store.history(action.seq).length, 1002)
    t.equal(store.get(action.id)!.version, 1007, 'but every change can be seen by the version')
  })

  t.test('a final action never changes', async t => {
    const { store } = openOne(t)
    const { action } = await store.append(draft())
    await store.claim('main')
    await store.settle(action.seq, failed('no'))
    const before = store.get(action.id)

    await t.rejects(store.settle(action.seq, done()))
    await t.rejects(store.progress(action.seq, 1))
    await t.rejects(store.requestCancel(action.id, cancelWish()), { code: 'action-finished' })
    t.strictSame(store.get(action.id), before)
    t.equal(store.history(action.seq).length, 3)
  })

  t.test('an action cannot be DONE without having been RUNNING', async t => {
    const { store } = openOne(t)
    const { action } = await store.append(draft())

    await t.rejects(store.settle(action.seq, done()))
    t.equal(store.get(action.id)!.state, 'NEW')
  })

  t.test('cancelling', async t => {
    const { store } = openOne(t)
    const waiting = (await store.append(draft({ lane: 'waiting' }))).action
    const running = (await store.append(draft({ lane: 'running' }))).action
    await store.claim('running')

    const ended = await store.requestCancel(waiting.id, cancelWish())
    const asked = await store.requestCancel(running.id, cancelWish())
    const again = await store.requestCancel(running.id, cancelWish())

    t.match(ended, { state: 'FAILED', statePayload: { reason: 'cancelled', error: String, layers: [], trace: null, variant: null } })
    t.ok(ended.cancelRequestedAt !== null)
    t.match(asked, { state: 'RUNNING' })
    t.ok(asked.cancelRequestedAt !== null)
    t.strictSame(again, asked, 'repeating is harmless')
    t.equal(await store.claim('waiting'), null, 'what was cancelled before it began never begins')
    await t.rejects(store.requestCancel(v7(), cancelWish()), { code: 'unknown-action' })
    const other = (await store.append(draft({ lane: 'refusing' }))).action
    await store.claim('refusing')
    await t.rejects(store.requestCancel(other.id, cancelWish('too late')), { code: 'cancel-refused', message: /too late/ })
  })

  t.test('interruptions are counted until there is progress', async t => {
    const { store } = openOne(t)
    const { action } = await store.append(draft())
    await store.claim('main')

    t.equal((await store.interrupt(action.seq)).interruptions, 1)
    t.equal((await store.interrupt(action.seq)).interruptions, 2)
    t.equal((await store.progress(action.seq, 'further')).interruptions, 0)
    t.equal((await store.interrupt(action.seq)).interruptions, 1)
    await store.suspend(action.seq)
    t.equal((await store.interrupt(action.seq)).interruptions, 1, 'a stop in good order is none')
    t.equal((await store.interrupt(action.seq)).interruptions, 2, 'and excuses one start only')
  })

  t.test('a full queue refuses what is new, knows what is not, and has room again when something ends', async t => {
    const { store } = openOne(t, 3)
    const known = draft()
    await store.append(known)
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => store.append(draft())))

    t.strictSame(results.map(result => result.status), ['fulfilled', 'fulfilled', 'rejected', 'rejected'], 'also within one write turn')
    t.match(results[3], { reason: { code: 'queue-full', category: 'busy', retryAfterSeconds: 1 } })
    t.equal((await store.append(known)).fresh, false)
    await store.claim('main')
    await t.rejects(store.append(draft()), { code: 'queue-full' }, 'what runs counts')
    await store.settle(store.running()[0]!.seq, done())
    t.equal((await store.append(draft())).fresh, true)
  })

  t.test('one bad entry among good ones in the same write turn fails alone', async t => {
    const { store } = openOne(t)
    const taken = (await store.append(draft())).action

    const results = await Promise.allSettled([
      store.append(draft()), store.settle(taken.seq, done()), store.append(draft()), store.progress(12345, null), store.claim('main')
    ])

    t.strictSame(results.map(result => result.status), ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
    t.equal(store.page(everything).items.length, 3)
    t.equal(store.get(taken.id)!.state, 'RUNNING')
  })

  t.test('listeners hear each commit once, in order, after it', async t => {
    const { store } = openOne(t)
    const heard: string[] = []
    const listener = (effects: readonly Effect[]): void => {
      for (const effect of effects) {
        heard.push(effect.type === 'transition' ? `${effect.from}>${effect.event.state}` : effect.type)
        t.ok((store.get(effect.action.id)?.version ?? 0) >= effect.action.version, 'it is on disk by then')
      }
    }
    const unsubscribe = store.onCommit(listener)
    const { action } = await store.append(draft())
    await store.claim('main')
    await store.progress(action.seq, 1)
    await store.requestCancel(action.id, cancelWish())
    await store.settle(action.seq, done())
    unsubscribe()
    await store.append(draft())

    t.strictSame(heard, ['null>NEW', 'NEW>RUNNING', 'RUNNING>RUNNING', 'cancel', 'RUNNING>DONE'])
  })

  t.test('everything is there again after it was closed', async t => {
    const { store, reopen } = openOne(t)
    const { action } = await store.append(draft({ args: ['kept'] }))
    await store.append(draft({ lane: 'other' }))
    await store.claim('main')
    const contents = (store: ActionStore) =>
      [store.get(action.id), store.history(action.seq), lanesOf(store), store.lastEvent()]
    const before = contents(store)

    const again = reopen()

    t.equal(again.id, store.id)
    t.strictSame(contents(again), before)
    t.strictSame(again.running().map(({ id }) => id), [action.id])
  })

  pageContract(t, openOne)
  eventContract(t, openOne)
}

type Open = (t: Test) => StoreUnderTest

/** Follows `next` to the end. */
export function walk (store: ActionStore, query: PageQuery): { ids: string[], pages: number } {
  const ids: string[] = []
  let pages = 0
  for (let cursor: string | null = null; ; pages++) {
    const page = store.page(cursor === null ? query : { ...query, cursor })
    ids.push(...page.items.map(({ id }) => id))
    if (page.next === null) return { ids, pages: pages + 1 }
    cursor = page.next
  }
}

function pageContract (t: Test, openOne: Open): void {
  t.test('lists', async t => {
    const { store } = openOne(t)
    const made: Array<{ id: string, state: string, kind: string, protocol: string, lane: string }> = []
    for (let i = 0; i < 30; i++) {
      const lane = `lane${i % 3}`
      const { action } = await store.append(draft({ lane, kind: `a.b/k${i % 2}`, protocol: i % 5 === 0 ? 'other' : 'api' }))
      const state = i < 12 ? (i % 4 === 0 ? 'FAILED' : 'DONE') : 'NEW'
      if (state !== 'NEW') {
        await store.claim(lane)
        await store.settle(action.seq, state === 'DONE' ? done() : failed('no'))
      }
      made.push({ ...action, state })
    }
    const expected = (keep: (one: typeof made[number]) => boolean): string[] => made.filter(keep).map(({ id }) => id)

    for (const limit of [1, 4, 7, 1000]) {
      t.strictSame(walk(store, { filter: {}, order: 'asc', limit }).ids, expected(() => true), `all, oldest first, ${limit} a page`)
      t.strictSame(walk(store, { filter: {}, order: 'desc', limit }).ids, expected(() => true).reverse(), `all, newest first, ${limit} a page`)
      t.strictSame(walk(store, { filter: { states: ['DONE', 'FAILED'] }, order: 'desc', limit }).ids, expected(one => one.state !== 'NEW').reverse())
      t.strictSame(walk(store, { filter: { states: ['NEW'], protocols: ['other'] }, order: 'asc', limit }).ids, expected(one => one.state === 'NEW' && one.protocol === 'other'))
      t.strictSame(walk(store, { filter: { kind: 'a.b/k1', lane: 'lane2' }, order: 'asc', limit }).ids, expected(one => one.kind === 'a.b/k1' && one.lane === 'lane2'))
      t.strictSame(walk(store, { filter: { protocols: ['api', 'other'], kind: 'a.b/k0' }, order: 'desc', limit }).ids, expected(one => one.kind === 'a.b/k0').reverse())
    }
    t.strictSame(walk(store, { filter: { protocols: ['nobody'] }, order: 'asc', limit: 5 }).ids, [])
    t.equal(walk(store, { filter: {}, order: 'asc', limit: 30 }).pages, 1, 'a full last page has no next')
  })

  t.test('since', async t => {
    const { store, setTime } = openOne(t)
    setTime(1000)
    await store.append(draft())
    setTime(2000)
    const { action } = await store.append(draft())

    t.strictSame(walk(store, { filter: { since: 2000 }, order: 'asc', limit: 10 }).ids, [action.id])
  })

  t.test('a cursor of another list, or of another store, is refused', async t => {
    const { store } = openOne(t)
    for (let i = 0; i < 3; i++) await store.append(draft())
    const { next: cursor } = store.page({ ...everything, limit: 1 })
    const { store: other } = openOne(t)
    const code = (read: () => unknown): string => {
      try {
        read()
      } catch (error) {
        if (error instanceof Problem) return error.code
      }
      return 'none'
    }

    t.equal(code(() => store.page({ filter: { kind: 'x' }, order: 'asc', limit: 1, cursor: cursor! })), 'invalid-cursor')
    t.equal(code(() => store.page({ ...everything, order: 'desc', cursor: cursor! })), 'invalid-cursor')
    t.equal(code(() => store.page({ ...everything, cursor: 'rubbish' })), 'invalid-cursor')
    t.equal(code(() => store.page({ ...everything, cursor: '' })), 'invalid-cursor')
    t.equal(code(() => other.page({ ...everything, cursor: cursor! })), 'cursor-gone')
  })

  t.test('pruning', async t => {
    const { store, setTime } = openOne(t)
    setTime(1000)
    const ids: string[] = []
    for (let i = 0; i < 10; i++) {
      if (i === 6) setTime(2000)
      const { action } = await store.append(draft({ protocol: i % 2 === 0 ? 'even' : 'odd' }))
      ids.push(action.id)
      await store.claim('main')
      await store.settle(action.seq, i % 3 === 0 ? failed('no') : done())
    }
    const waiting = (await store.append(draft())).action
    const { next: cursor } = store.page({ ...everything, limit: 2 })
    const kept = (): string[] => walk(store, everything).ids

    const tooYoung = await store.prune({ keep: 0, before: 1000 })
    t.strictSame(tooYoung, { removed: 0, more: false }, 'what is not old enough stays')
    const within = await store.prune({ keep: 10, before: 9999 })
    t.strictSame(within, { removed: 0, more: false }, 'what is among the newest stays')
    t.equal((await store.prune({ keep: 7, before: 9999 })).removed, 3)
    t.strictSame(kept(), [...ids.slice(3), waiting.id], 'the oldest went')
    t.equal((await store.prune({ keep: 0, before: 2000 })).removed, 3)
    t.strictSame(kept(), [...ids.slice(6), waiting.id], 'only what is old went')
    t.equal(store.get(ids[0]!), null)
    t.strictSame(store.history(1), [], 'its history went with it')
    t.equal(store.page({ ...everything, cursor: cursor! }).gap, true, 'a cursor that is past the edge says so')
    t.equal(store.page(everything).gap, false)
    t.equal(store.eventsAfter(0, 10).gap, true)
  })
}

function eventContract (t: Test, openOne: Open): void {
  t.test('events are replayed from any position, oldest first', async t => {
    const { store } = openOne(t)
    const start = store.lastEvent()
    const { action } = await store.append(draft())
    await store.claim('main')
    await store.settle(action.seq, done('x'))

    const all = store.eventsAfter(start, 10)
    const rest = store.eventsAfter(all.events[0]!.seq, 1)

    t.strictSame(all.events.map(({ state }) => state), ['NEW', 'RUNNING', 'DONE'])
    t.match(all.events[2], { actionId: action.id, kind: 'a.b/c', lane: 'main', protocol: 'api', payload: 'x' })
    t.equal(all.gap, false)
    t.strictSame(rest.events, [all.events[1]])
    t.strictSame(store.eventsAfter(store.lastEvent(), 10), { events: [], gap: false })
    t.equal(store.eventsAfter(store.lastEvent() + 1, 10).gap, true, 'a position that this store never reached')
  })
}
