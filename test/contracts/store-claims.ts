import type { Test } from 'tap'
import type { Action } from '../../src/domain/action.js'
import { done } from '../../src/domain/kind.js'
import type { Effect } from '../../src/domain/ports/store.js'
import { draft, lanesOf, type StoreUnderTest } from './store-under-test.js'

/** What every store keeps when lanes are claimed. */
export function claimContract (t: Test, openOne: (t: Test) => StoreUnderTest): void {
  t.test('a lane is claimed in the order of commit, one at a time', async t => {
    const { store, setTime } = openOne(t)
    setTime(5000)
    const first = await store.append(draft())
    setTime(1000)
    const second = await store.append(draft({ createdAt: 1 }))

    const one = await store.claim('main')
    const none = await store.claim('main')
    await store.settle(one!.seq, done('result'))
    const two = await store.claim('main')

    t.equal(one!.id, first.action.id, 'whatever the clock and created_ts say')
    t.equal(one!.state, 'RUNNING')
    t.equal(none, null, 'never two RUNNING in one lane')
    t.equal(two!.id, second.action.id)
    t.equal(await store.claim('empty'), null)
  })

  t.test('a claim that is not wanted any more when its turn comes claims nothing', async t => {
    const { store } = openOne(t)
    await store.append(draft())
    let wanted = true

    const claiming = store.claim('main', () => wanted)
    wanted = false

    t.equal(await claiming, null)
    t.strictSame(store.lanes(), [{ lane: 'main', waiting: 1, running: 0 }])
  })

  t.test('a lane that is idle gets its action in the turn that appends it', async t => {
    const { store } = openOne(t)
    const idle = new Set(['a', 'b'])
    const claimed: Action[] = []
    const told: Effect[] = []
    store.onCommit(effects => { told.push(...effects) })
    store.claimWithAppend({
      wants: (lane, others) => idle.has(lane) && others < 2,
      claimed: action => {
        t.strictSame(told, [], 'before any listener is told')
        idle.delete(action.lane)
        claimed.push(action)
      }
    })

    const appended = await Promise.all(['a', 'a', 'b', 'c'].map(async lane => (await store.append(draft({ lane }))).action))

    t.strictSame(appended.map(({ state }) => state), ['NEW', 'NEW', 'NEW', 'NEW'], 'who appends is told of that')
    t.strictSame(claimed.map(({ seq, state }) => [seq, state]), [[appended[0]!.seq, 'RUNNING'], [appended[2]!.seq, 'RUNNING']])
    t.strictSame(told.map(effect => effect.type === 'transition' && effect.event.state), ['NEW', 'NEW', 'NEW', 'NEW', 'RUNNING', 'RUNNING'])
    t.strictSame(store.get(appended[0]!.id), claimed[0], 'it is on disk')
    t.strictSame(store.history(appended[0]!.seq).map(({ state }) => state), ['NEW', 'RUNNING'])
    t.strictSame(lanesOf(store), [
      { lane: 'a', waiting: 1, running: 1 }, { lane: 'b', waiting: 0, running: 1 }, { lane: 'c', waiting: 1, running: 0 }
    ])
  })

  t.test('lanes do not hold each other up', async t => {
    const { store } = openOne(t)
    await store.append(draft({ lane: 'a' }))
    await store.append(draft({ lane: 'b' }))

    t.ok(await store.claim('a'))
    t.ok(await store.claim('b'))
    t.strictSame(lanesOf(store), [
      { lane: 'a', waiting: 0, running: 1 }, { lane: 'b', waiting: 0, running: 1 }
    ])
  })
}
