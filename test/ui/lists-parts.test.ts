import fc from 'fast-check'
import t from 'tap'
import type { TransitionEvent } from '../../src/client/events.js'
import type { ActionPage, ListFilter } from '../../src/client/model.js'
import type { LiveListener } from '../../src/ui/live/listeners.js'
import {
  adviceFor, filterIn, mayBelong, misunderstood, noFilter, queryOf, type FinishedFilter
} from '../../src/ui/views/lists/finished-filter.js'
import { createFinishedList } from '../../src/ui/views/lists/finished-list.js'
import { gather, type Gathered } from '../../src/ui/views/lists/gather.js'
import { matchingOf } from '../../src/ui/views/lists/queue-filter.js'
import { overscan, placeAfter, rangeOf } from '../../src/ui/views/lists/window.js'
import { eventually } from '../support/eventually.js'
import { ModelAgent, summaryOf } from './model-agent.js'

t.test('of any list all that is seen is drawn, and little more', async () => {
  const place = fc.record({
    top: fc.double({ min: -100, max: 1e7, noNaN: true }),
    height: fc.integer({ min: 0, max: 5000 }),
    rowHeight: fc.double({ min: 10, max: 200, noNaN: true }),
    count: fc.nat(100_000)
  })
  fc.assert(fc.property(place, ({ top, height, rowHeight, count }) => {
    const { from, to } = rangeOf({ top, height, rowHeight, count })
    const firstSeen = Math.min(count, Math.floor(Math.max(0, top) / rowHeight))
    const lastSeen = Math.min(count, Math.ceil((Math.max(0, top) + height) / rowHeight))
    const isBounded = to - from <= height / rowHeight + 2 * overscan + 2
    return from >= 0 && from <= firstSeen && to >= lastSeen && to <= count && isBounded
  }))
})

t.test('a row is found again when rows before it are gone and others came behind', async () => {
  const kept = fc.array(fc.boolean(), { minLength: 1, maxLength: 50 })
  fc.assert(fc.property(kept, fc.nat(49), fc.nat(5), (keeps, at, more) => {
    const before = keeps.map((_, index) => ({ id: String(index) }))
    const place = at % before.length
    const behind = Array.from({ length: more }, (_, index) => ({ id: `new-${index}` }))
    const after = [...before.filter((_, index) => keeps[index]), ...behind]
    const found = placeAfter(before, after, place)
    const isThere = !keeps[place] || after[found]?.id === String(place)
    return isThere && found === keeps.slice(0, place).filter(Boolean).length
  }))
})

t.test('the queue is filtered by kind, id, requester and lane, and each row knows its place', async t => {
  const waiting = ['Backup', 'clean', 'backup'].map((name, at) => ({
    id: `id-${at}`, kind: `a/${name}`, lane: at === 1 ? 'Side' : 'main', requester: at === 2 ? null : 'CORE', scheduled: ''
  }))
  t.equal(matchingOf(waiting, ' ').rows, waiting)
  t.strictSame(matchingOf(waiting, 'BACKUP').places, [0, 2])
  t.strictSame(matchingOf(waiting, 'id-1').places, [1])
  t.strictSame(matchingOf(waiting, 'core').places, [0, 1])
  t.strictSame(matchingOf(waiting, 'side').places, [1])
  t.strictSame(matchingOf(waiting, 'nowhere').rows, [])
})

t.test('an address says what is looked for, and what makes no sense in it is left out', async t => {
  const filter = filterIn(new URLSearchParams('state=DONE&kind= a/b &since=day&search=%07disk%0Afull&lane='))
  t.strictSame(filter, { ...noFilter, state: 'DONE', kind: 'a/b', since: 'day', search: 'disk full' })
  t.strictSame(queryOf(filter, Date.UTC(2027, 0, 2)), { state: ['DONE'], kind: 'a/b', search: 'disk full', since: '2027-01-01T00:00:00.000Z' })
  t.strictSame(filterIn(new URLSearchParams('state=NEW&since=toString')), noFilter)
  t.strictSame(misunderstood(new URLSearchParams('state=NEW&since=toString&kind=a&sort=x&lane=')), ['state', 'since', 'sort'])
  t.strictSame(misunderstood(new URLSearchParams({ ...noFilter, state: 'DONE' })), [])

  const night = filterIn(new URLSearchParams('from=2026-11-22T02:00%2B01:00&until=2026-11-22T04:00:00Z'))
  t.strictSame(night, { ...noFilter, since: 'between', from: '2026-11-22T01:00:00.000Z', until: '2026-11-22T04:00:00.000Z' })
  t.strictSame(queryOf(night, 0), { state: ['DONE', 'FAILED'], since: night.from, until: night.until })
  t.strictSame(queryOf({ ...night, until: '' }, 0), { state: ['DONE', 'FAILED'], since: night.from })
  t.strictSame(filterIn(new URLSearchParams({ ...night, from: 'yesterday' })).from, '')
  t.equal(filterIn(new URLSearchParams({ search: 'x'.repeat(500) })).search.length, 200, 'the API takes no more')
  t.strictSame(queryOf(noFilter, 0), { state: ['DONE', 'FAILED'] })
})

t.test('who finds nothing is told what to change', async t => {
  t.equal(adviceFor(noFilter), '')
  t.equal(
    adviceFor({ ...noFilter, search: 'x', since: 'hour', kind: 'a/b' }),
    'To see more, search for something else than “x”, or look further back than the last hour, or take away the kind a/b.')
})

t.test('only what has ended and fits as far as events tell belongs in the list', async t => {
  const event = { type: 'transition', id: '1', action_id: 'a', kind: 'a/b', lane: 'main', protocol: 'api', timestamp: '', state: 'DONE', state_payload: null } as const
  t.equal(mayBelong(noFilter, event), true)
  t.equal(mayBelong(noFilter, { ...event, state: 'RUNNING' }), false)
  t.equal(mayBelong({ ...noFilter, state: 'FAILED' }, event), false)
  t.equal(mayBelong({ ...noFilter, kind: 'a/c' }, event), false)
  t.equal(mayBelong({ ...noFilter, lane: 'side' }, event), false)
  t.equal(mayBelong({ ...noFilter, search: 'x', requester: 'y' }, event), true, 'nobody knows')
})

t.test('short and empty pages are read on until there is enough, nothing more, or too much was looked at', async t => {
  const row = summaryOf({ id: 'a', lane: 'main', state: 'DONE', payload: null, at: 0 })
  const sizes = [0, 2, 0, 3, 1]
  const asked: unknown[] = []
  const page = async (place: { cursor?: string, limit: number }): Promise<ActionPage> => {
    asked.push(place)
    const at = place.cursor === undefined ? 0 : Number(place.cursor)
    return { actions: Array(sizes[at]).fill(row), next: at + 1 < sizes.length ? String(at + 1) : null, gap: false }
  }
  const seen: number[] = []
  const onPage = ({ rows }: Gathered): void => { seen.push(rows.length) }
  const how = { page, cursor: null, wanted: 4, mostPages: 10, onPage }
  const found = await gather(how)
  t.strictSame([found.rows.length, found.next, found.pages], [5, '4', 4])
  t.strictSame(seen, [0, 2, 2, 5])
  t.strictSame(asked[2], { cursor: '2', limit: 2 })
  const end = await gather({ ...how, cursor: '4' })
  t.strictSame([end.rows.length, end.next, end.pages], [1, null, 1])
  const tired = await gather({ ...how, mostPages: 1 })
  t.strictSame([tired.rows.length, tired.next], [0, '1'])
})

interface ListSetting {
  readonly agent: ModelAgent
  readonly filter?: FinishedFilter
  readonly page?: (filter: ListFilter) => ActionPage
}

function listUnderTest ({ agent, filter = noFilter, page = filter => agent.page(filter) }: ListSetting) {
  let listener: LiveListener = {}
  const place = { isAtTop: true }
  const heeded: unknown[] = []
  const list = createFinishedList({
    client: {
      page: async filter => {
        await new Promise(resolve => setImmediate(resolve))
        return page(filter ?? {})
      }
    },
    live: {
      listen: given => {
        listener = given
        return () => {}
      }
    },
    heed: error => { heeded.push(error) },
    filter,
    isAtTop: () => place.isAtTop
  })
  const tell = (events: readonly TransitionEvent[]): void => { listener.events?.(events) }
  return { list, place, heeded, tell }
}

function ended (agent: ModelAgent, count: number): TransitionEvent[] {
  const before = agent.events.length
  for (let at = 0; at < count; at++) {
    agent.schedule()
    agent.step('main', 'RUNNING')
    agent.step('main', 'DONE')
  }
  return agent.events.slice(before)
}

t.test('new ones come in on top of who looks at the top, and are counted for who reads further below', async t => {
  const agent = new ModelAgent()
  ended(agent, 60)
  const { list, place, tell } = listUnderTest({ agent })
  await eventually('the first 50 are there', () => list.rows.value?.length === 50 && list.looking.value === null)
  t.equal(list.hasMore.value, true)
  tell(ended(agent, 2))
  await eventually('the new ones are on top', () => list.rows.value?.[0]?.id === 'action-61')
  t.equal(list.rows.value?.length, 50)
  place.isAtTop = false
  tell(ended(agent, 3))
  await eventually('they are counted', () => list.news.value === 3)
  t.equal(list.rows.value?.[0]?.id, 'action-61', 'what is read stays')
  list.reload()
  await eventually('they are shown', () => list.rows.value?.[0]?.id === 'action-64')
  t.equal(list.news.value, 0)
  place.isAtTop = true
  list.more()
  await eventually('the end is there', () => !list.hasMore.value)
  t.equal(new Set(list.rows.value?.map(({ id }) => id)).size, 65, 'none twice')
  tell(ended(agent, 1))
  await eventually('it is counted', () => list.news.value === 1)
  t.equal(list.rows.value?.length, 65, 'older pages stay')
  list.close()
})

t.test('a search that looks at much says how far it came, and is not repeated for each that ends', async t => {
  const agent = new ModelAgent()
  const events = ended(agent, 1)
  let asked = 0
  const { list, tell } = listUnderTest({
    agent,
    filter: { ...noFilter, search: 'x' },
    page: () => ({ actions: [], next: String(++asked), gap: false })
  })
  const seen: Array<number | null> = []
  list.looking.subscribe(pages => { seen.push(pages) })
  await eventually('it looked through enough', () => list.looking.value === null && asked > 0)
  t.strictSame(seen, [...Array(21).keys(), null])
  t.strictSame(list.rows.value, [])
  t.equal(list.hasMore.value, true)
  tell(events)
  await eventually('what ended is counted', () => list.news.value === 1)
  t.equal(asked, 20)
  list.close()
})

t.test('an error is said, and leaves what was found', async t => {
  const agent = new ModelAgent()
  ended(agent, 1)
  let isBroken = false
  const { list, heeded } = listUnderTest({
    agent,
    page: filter => {
      if (isBroken) throw new Error('no such thing')
      return agent.page(filter)
    }
  })
  await eventually('it is read', () => list.rows.value?.length === 1)
  isBroken = true
  list.reload()
  await eventually('the error is there', () => list.error.value?.message === 'no such thing')
  t.equal(heeded.length, 1)
  t.equal(list.rows.value?.length, 1)
  isBroken = false
  list.reload()
  await eventually('it is gone', () => list.error.value === null)
  list.close()
})
