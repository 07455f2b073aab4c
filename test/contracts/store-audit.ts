import type { Test } from 'tap'
import type { AuditFilter } from '../../src/domain/audit.js'
import type { ActionStore } from '../../src/domain/ports/store.js'
import { done } from '../../src/domain/kind.js'
import { draft, type StoreUnderTest } from './store-under-test.js'

const core = { principal: 'core', protocol: 'replicante-next', remoteAddress: '10.0.0.1' }
const ops = { principal: 'ops', protocol: 'api', remoteAddress: '10.0.0.2' }

/** The part of the store's contract that is about who asked for what. */
export function auditContract (t: Test, openOne: (t: Test) => StoreUnderTest): void {
  t.test('who scheduled and who cancelled is on disk, and found by any of it', async t => {
    const { store, setTime, reopen } = openOne(t)
    setTime(1000)
    const { action: backup } = await store.append(draft({ ...core, kind: 'a/backup' }))
    setTime(2000)
    const { action: stop } = await store.append(draft({ ...ops, kind: 'a/stop', requester: 'me' }))
    setTime(3000)
    await store.requestCancel(backup.id, { caller: ops, refuse: () => null })
    const told = (filter: AuditFilter, from: ActionStore = store): string[] =>
      from.audit({ filter, limit: 10 }).items.map(({ kind }) => kind)

    const all = store.audit({ filter: {}, limit: 10 })
    t.strictSame(all, {
      items: [
        { actionId: stop.id, kind: 'a/stop', state: 'NEW', requester: 'me', scheduled: { at: 2000, ...ops }, cancelled: null },
        {
          actionId: backup.id,
          kind: 'a/backup',
          state: 'FAILED',
          requester: 'AGENT_API',
          scheduled: { at: 1000, ...core },
          cancelled: { at: 3000, ...ops }
        }
      ],
      next: null,
      gap: false
    })
    t.strictSame(told({ principal: 'core' }), ['a/backup'])
    t.strictSame(told({ principal: 'ops' }), ['a/stop', 'a/backup'], 'one scheduled, one cancelled')
    t.strictSame(told({ protocol: 'replicante-next' }), ['a/backup'])
    t.strictSame(told({ remoteAddress: '10.0.0.1' }), ['a/backup'])
    t.strictSame(told({ kind: 'a/stop' }), ['a/stop'])
    t.strictSame(told({ since: 2000 }), ['a/stop', 'a/backup'])
    t.strictSame(told({ since: 2001 }), ['a/backup'], 'cancelled at that time')
    t.strictSame(told({ until: 2000 }), ['a/backup'], 'and not at it')
    t.strictSame(told({ principal: 'core', since: 2000 }), [], 'the one did not act at that time, another did')
    t.strictSame(told({ principal: "' or 1=1 --" }), [])
    t.strictSame(reopen().audit({ filter: {}, limit: 10 }), all)
  })

  t.test('the first wish to cancel is the one that is recorded', async t => {
    const { store } = openOne(t)
    const { action } = await store.append(draft())
    await store.claim('main')

    await store.requestCancel(action.id, { caller: core, refuse: () => null })
    await store.requestCancel(action.id, { caller: ops, refuse: () => null })

    t.match(store.audit({ filter: {}, limit: 10 }).items, [{ cancelled: { principal: 'core' } }])
  })

  t.test('the audit has pages, whose cursors hold for its filter alone', async t => {
    const { store } = openOne(t)
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.unshift((await store.append(draft(i % 2 === 0 ? core : ops))).action.id)

    const first = store.audit({ filter: {}, limit: 2 })
    const second = store.audit({ filter: {}, limit: 2, cursor: first.next ?? '' })
    const third = store.audit({ filter: {}, limit: 2, cursor: second.next ?? '' })

    t.strictSame([first, second, third].flatMap(({ items }) => items.map(({ actionId }) => actionId)), ids)
    t.equal(third.next, null)
    const bad = { limit: 2, cursor: first.next ?? '' }
    t.throws(() => store.audit({ filter: { principal: 'core' }, ...bad }), { code: 'invalid-cursor' })
    t.throws(() => store.page({ filter: {}, order: 'desc', ...bad }), { code: 'invalid-cursor' }, 'it is no list of actions')
    t.throws(() => store.audit({ filter: {}, limit: 2, cursor: 'x' }), { code: 'invalid-cursor' })
  })

  t.test('what is pruned leaves the audit', async t => {
    const { store, setTime } = openOne(t)
    setTime(1000)
    const { action } = await store.append(draft())
    const { action: kept } = await store.append(draft())
    await store.requestCancel(action.id, { caller: core, refuse: () => null })
    await store.claim('main')
    await store.settle(kept.seq, done())
    setTime(5000)

    await store.prune({ keep: 1, before: 2000 })

    t.strictSame(store.audit({ filter: {}, limit: 10 }).items.map(({ actionId }) => actionId), [kept.id])
  })
}
