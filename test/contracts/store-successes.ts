import type { Test } from 'tap'
import { done, failed, type Outcome } from '../../src/domain/kind.js'
import { draft, type StoreUnderTest } from './store-under-test.js'

/** The part of the store's contract that is about what last succeeded. */
export function successContract (t: Test, openOne: (t: Test) => StoreUnderTest): void {
  t.test('when each kind last succeeded is known, in the order of the ends, whatever failed or waits since', async t => {
    const { store, setTime, reopen } = openOne(t)
    const begin = async (kind: string, lane: string, protocol = 'api'): Promise<(at: number, outcome: Outcome) => Promise<void>> => {
      const { action } = await store.append(draft({ kind, lane, protocol }))
      await store.claim(lane)
      return async (at, outcome) => {
        setTime(at)
        await store.settle(action.seq, outcome)
      }
    }
    setTime(1000)
    t.strictSame([...store.lastSuccesses()], [], 'nothing has ended')
    const long = await begin('a/backup', 'long')
    const short = await begin('a/backup', 'short', 'other')
    const bad = await begin('a/bad', 'bad')
    const once = await begin('a/once', 'once')

    await once(2000, done())
    await short(3000, done())
    await long(4000, done())
    await (await begin('a/backup', 'short', 'other'))(5000, failed('no'))
    await bad(6000, failed('no'))
    await begin('a/once', 'once')

    const known = [['a/backup', 4000], ['a/once', 2000]]
    t.strictSame([...store.lastSuccesses()].sort(), known, 'what was scheduled first ended last')
    t.strictSame([...reopen().lastSuccesses()].sort(), known)
  })

  t.test('a clock that was put back does not make a success old', async t => {
    const { store, setTime } = openOne(t)
    for (const at of [9000, 5000]) {
      setTime(at)
      const { action } = await store.append(draft())
      await store.claim('main')
      await store.settle(action.seq, done())
    }

    t.strictSame([...store.lastSuccesses()], [['a.b/c', 5000]], 'the newest is told, not the latest')
  })
}
