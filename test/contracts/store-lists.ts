import type { Test } from 'tap'
import type { Action } from '../../src/domain/action.js'
import { done, failed, type Outcome } from '../../src/domain/kind.js'
import type { ActionFilter, Page, PageQuery } from '../../src/domain/page.js'
import type { ActionStore } from '../../src/domain/ports/store.js'
import { draft, type StoreUnderTest } from './store-under-test.js'
import { cancelWish } from '../support/access.js'

/** The part of the store's contract that is about searching, about why actions failed, and about reading backwards. */
export function listContract (t: Test, openOne: (t: Test) => StoreUnderTest): void {
  searchContract(t, openOne)
  failureContract(t, openOne)
  moveContract(t, openOne)
}

/** An action that has ended. */
async function ended (store: ActionStore, outcome: Outcome, about: Parameters<typeof draft>[0] = {}): Promise<Action> {
  const { action } = await store.append(draft(about))
  await store.claim(action.lane)
  return await store.settle(action.seq, outcome)
}

function searchContract (t: Test, openOne: (t: Test) => StoreUnderTest): void {
  t.test('a search', async t => {
    const { store } = openOne(t)
    const about = { kind: 'x/One_two', lane: 'blue%', requester: 'Nightly', principal: 'core' }
    const waiting = (await store.append(draft(about))).action
    const refused = await ended(store, failed('The Connection was "refused" by\nGröße\\100%.', { layers: ['hidden layer'] }), { lane: 'b' })
    const fine = await ended(store, done({ error: 'refused, too' }), { lane: 'c' })
    const found = (filter: ActionFilter): string[] =>
      store.page({ filter, order: 'asc', limit: 10 }).items.map(({ id }) => id)
    const cases: Array<[string, readonly Action[]]> = [
      [waiting.id.slice(3, 30).toUpperCase(), [waiting]], ['one_TWO', [waiting]], ['one-two', []], ['on__two', []], ['x/%two', []],
      ['LUE%', [waiting]], ['%', [waiting, refused]], ['nightly', [waiting]], ['COR', [waiting]], ['agent_API', [refused, fine]],
      ['REFUSED', [refused]], ['"refused" by', [refused]], ['größe\\1', [refused]], ['GRÖSSE', []], ['grÖße', []], ['hidden', []], ['a.b/c', [refused, fine]],
      ['Nightlycore', []], ['-', [waiting, refused, fine]]
    ]

    for (const [search, actions] of cases) t.strictSame(found({ search }), actions.map(({ id }) => id), search)
    t.strictSame(found({ search: 'refused', states: ['FAILED', 'NEW'] }), [refused.id], 'with a state')
    t.strictSame(found({ search: 'refused', kind: 'x/One_two' }), [], 'with another filter')
    t.strictSame(found({ search: 'api', lane: 'c', states: ['DONE'], protocols: ['api', 'x'] }), [fine.id], 'with several')
  })

  t.test('only the beginning of an error is searched, and payloads of any form are let be', async t => {
    const { store } = openOne(t)
    await ended(store, failed(`${'x'.repeat(295)}begins and ends`))
    for (const payload of [null, 7, 'begin', ['begin'], { error: null }, { error: ['begin'] }, { error: { begin: 1 } }]) {
      await ended(store, { state: 'FAILED', payload: payload as never })
    }
    const count = (search: string): number => store.page({ filter: { search }, order: 'asc', limit: 10 }).items.length

    t.equal(count('xbegin'), 1)
    t.equal(count('ends'), 0)
    for (const shape of ['["begin', '{"begin']) t.equal(count(shape), 0, 'what lists do not show is not found')
  })

  t.test('until', async t => {
    const { store, setTime } = openOne(t)
    const ids: string[] = []
    for (const now of [1000, 2000, 3000]) {
      setTime(now)
      ids.push((await store.append(draft())).action.id)
    }
    const found = (filter: ActionFilter): string[] =>
      store.page({ filter, order: 'asc', limit: 10 }).items.map(({ id }) => id)

    t.strictSame(found({ until: 2000 }), ids.slice(0, 1))
    t.strictSame(found({ since: 2000, until: 3000 }), ids.slice(1, 2))
  })

  t.test('a cursor of a search is of that search alone', async t => {
    const { store } = openOne(t)
    for (let count = 0; count < 3; count++) await store.append(draft({ requester: 'aa' }))
    const query: PageQuery = { filter: { search: 'aa' }, order: 'asc', limit: 1 }
    const { next } = store.page(query)

    t.match(store.page({ ...query, cursor: next! }).items, { length: 1 })
    for (const filter of [{}, { search: 'a' }, { search: 'aa', until: 99 }, { requester: 'aa' }]) {
      t.throws(() => store.page({ ...query, filter, cursor: next! }), { code: 'invalid-cursor' }, JSON.stringify(filter))
    }
  })
}

function failureContract (t: Test, openOne: (t: Test) => StoreUnderTest): void {
  t.test('a list tells why those failed that did, whatever their payloads are', async t => {
    const { store } = openOne(t)
    const long = 'ä'.repeat(299) + '🐘'
    const odd = [null, 'text', [], { error: 1, reason: { a: 1 } }, { reason: 'own reason' }]
    await ended(store, done({ error: 'no', reason: 'error' }))
    await ended(store, failed('It went away.', { reason: 'unavailable', more: { error: 'other' } }))
    await ended(store, failed(long))
    for (const payload of odd) await ended(store, { state: 'FAILED', payload: payload as never })
    const cancelled = (await store.append(draft())).action
    await store.requestCancel(cancelled.id, cancelWish())
    await store.append(draft())
    const query: PageQuery = { filter: {}, order: 'asc', limit: 100 }

    const page = store.pageWithFailures(query)

    const nothing = { reason: null, error: null }
    t.strictSame(page.items.map(({ failure }) => failure), [
      null, { reason: 'unavailable', error: 'It went away.' }, { reason: 'error', error: 'ä'.repeat(299) },
      nothing, nothing, nothing, nothing, { reason: 'own reason', error: null },
      { reason: 'cancelled', error: 'The action was cancelled before it began.' }, null
    ])
    t.strictSame({ ...page, items: page.items.map(({ failure, ...action }) => action) }, store.page(query), 'else it is the same list')
  })

  t.test('a page whose payloads are large together is short, and goes on', async t => {
    const { store } = openOne(t)
    for (let count = 0; count < 7; count++) await ended(store, failed(`error ${count}`, { more: { text: 'x'.repeat(900_000) } }))
    for (const order of ['asc', 'desc'] as const) {
      const errors: Array<string | null | undefined> = []
      const sizes: number[] = []
      let page: Page<{ readonly failure: { readonly error: string | null } | null }>
      let cursor: string | null = null
      do {
        page = store.pageWithFailures({ filter: {}, order, limit: 100, ...cursor === null ? {} : { cursor } })
        errors.push(...page.items.map(({ failure }) => failure?.error))
        sizes.push(page.items.length)
        cursor = page.next
      } while (cursor !== null)

      const all = Array.from({ length: 7 }, (_, index) => `error ${index}`)
      t.strictSame(errors, order === 'asc' ? all : all.reverse(), order)
      t.ok(sizes.every(size => size > 0 && size < 7), sizes.join())
    }
  })
}

function moveContract (t: Test, openOne: (t: Test) => StoreUnderTest): void {
  t.test('moves are read backwards, as far as none is pruned', async t => {
    const { store, setTime } = openOne(t)
    setTime(1000)
    t.strictSame(store.movesUntil(0, 10), { moves: [], gap: false })
    await store.append(draft({ lane: 'waits long' }))
    await ended(store, done())
    setTime(2000)
    const { action } = await store.append(draft())
    await store.claim('main')
    await store.progress(action.seq, 1)
    await store.settle(action.seq, failed('no'))
    const last = store.lastEvent()
    const words = (position: number, limit: number): string[] =>
      store.movesUntil(position, limit).moves.map(({ at, from, to }) => `${at} ${from ?? '-'} ${to}`)

    const newer = ['2000 RUNNING FAILED', '2000 RUNNING RUNNING', '2000 NEW RUNNING', '2000 - NEW']
    t.strictSame(words(last, 100), [...newer, '1000 RUNNING DONE', '1000 NEW RUNNING', '1000 - NEW', '1000 - NEW'])
    t.strictSame(words(last - 1, 2), newer.slice(1, 3))
    t.strictSame(store.movesUntil(last, 9).gap, false)
    t.strictSame(store.movesUntil(last, 2).moves.map(({ seq }) => seq), [last, last - 1])
    t.equal((await store.prune({ keep: 1, before: 1500 })).removed, 1)
    t.strictSame(words(last, 100), newer, 'what is left before what was pruned is not whole')
    t.strictSame([store.movesUntil(last, 4).gap, store.movesUntil(last, 5).gap], [false, true], 'told where the end is reached')
  })
}
