import type { Test } from 'tap'
import { done } from '../../src/domain/kind.js'
import { draft, type StoreUnderTest } from './store-under-test.js'
import { cancelWish } from '../support/access.js'

/** The part of the store's contract that is about collected outcomes. */
export function outcomeContract (t: Test, openOne: (t: Test) => StoreUnderTest): void {
  t.test('outcomes are collected in the order in which they came, by those whose they are', async t => {
    const { store, reopen } = openOne(t)
    const put = async (collector: string | null) => (await store.append(draft({ collector, args: collector }))).action
    const [first, second, third] = [await put('mine'), await put('mine'), await put('mine')]
    const [other] = [await put('theirs'), await put(null)]
    const ask = (after: number | null, limit = 10) => store.outcomes({ collector: 'mine', after, limit })
    t.strictSame(ask(null), { actions: [], more: false, next: store.lastEvent(), gap: false }, 'nothing has ended')
    const begin = store.lastEvent()

    await store.requestCancel(third.id, cancelWish())
    await store.requestCancel(other.id, cancelWish())
    await store.claim('main')
    const middle = store.lastEvent()
    await store.settle(first.seq, done({ deep: ['x'] }))

    const all = ask(begin)
    t.strictSame(all.actions.map(({ id }) => id), [third.id, first.id], 'what was cancelled while it waited ended first')
    t.strictSame(all.actions[1], store.get(first.id), 'each is told in full')
    t.match(all, { more: false, next: store.lastEvent(), gap: false })
    t.strictSame(ask(null), all, 'without a position it is everything')
    t.strictSame(ask(middle).actions.map(({ id }) => id), [first.id])
    t.strictSame(ask(store.lastEvent()).actions, [], 'what was told is not told again')
    const part = ask(begin, 1)
    t.match(part, { actions: [{ id: third.id }], more: true, gap: false })
    t.match(ask(part.next, 1), { actions: [{ id: first.id }], more: false })
    t.strictSame(reopen().outcomes({ collector: 'mine', after: begin, limit: 10 }), all, 'it is on disk')
    t.equal(second.state, 'NEW')
  })

  t.test('a batch of outcomes ends by its size', async t => {
    const { store } = openOne(t)
    const large = 'x'.repeat(700_000)
    for (let i = 0; i < 4; i++) {
      const { action } = await store.append(draft({ collector: 'mine', args: large }))
      await store.requestCancel(action.id, cancelWish())
    }

    const first = store.outcomes({ collector: 'mine', after: null, limit: 100 })
    const rest = store.outcomes({ collector: 'mine', after: first.next, limit: 100 })

    t.match(first, { actions: { length: 2 }, more: true })
    t.match(rest, { actions: { length: 2 }, more: false })
  })

  t.test('who collects too late, or from a store that was put back, is told of the gap', async t => {
    const { store, setTime } = openOne(t)
    const end = async () => {
      const { action } = await store.append(draft({ collector: 'mine' }))
      return await store.requestCancel(action.id, cancelWish())
    }
    setTime(1000)
    const early = store.lastEvent()
    await end()
    const late = store.lastEvent()
    setTime(2000)
    const kept = await end()
    await store.prune({ keep: 1, before: 1500 })
    const ask = (after: number | null) => store.outcomes({ collector: 'mine', after, limit: 10 })

    t.match(ask(early), { actions: [{ id: kept.id }], gap: true })
    t.match(ask(late), { actions: [{ id: kept.id }], gap: false }, 'what was pruned had been told')
    t.match(ask(null), { actions: [{ id: kept.id }], gap: false }, 'who asks for the first time has missed nothing')
    t.match(ask(store.lastEvent() + 1), { actions: [{ id: kept.id }], gap: true }, 'it begins anew')
  })
}
