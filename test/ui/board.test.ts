import assert from 'node:assert/strict'
import fc from 'fast-check'
import { signal } from '@preact/signals'
import t from 'tap'
import type { TransitionEvent } from '../../src/client/events.js'
import type { ActionDetail, ActionPage } from '../../src/client/model.js'
import { createBoard } from '../../src/ui/live/board.js'
import {
  boardOf, emptyBoard, keptEnded, takeCancel, takeDetails, takeEvents, takeWaiting, type BoardState
} from '../../src/ui/live/board-state.js'
import type { Connection } from '../../src/ui/live/live.js'
import type { LiveListener } from '../../src/ui/live/listeners.js'
import { createNewestRead } from '../../src/ui/live/newest-read.js'
import { eventually } from '../support/eventually.js'
import { ModelAgent, summaryOf, timeOf } from './model-agent.js'

const lane = fc.constantFrom('main', 'main', 'other')
const happening = fc.oneof(
  lane.map(lane => ({ do: 'schedule', lane } as const)),
  fc.tuple(lane, fc.constantFrom('RUNNING' as const, 'DONE' as const, 'FAILED' as const)).map(([lane, state]) => ({ do: 'step', lane, state } as const)),
  fc.nat(5).map(which => ({ do: 'cancel', which } as const)),
  fc.nat(4).map(count => ({ do: 'deliver', count } as const)),
  fc.constant({ do: 'begin' } as const),
  fc.constantFrom('running' as const, 'waiting' as const, 'ended' as const).map(part => ({ do: 'read', part } as const)),
  fc.constant({ do: 'finish' } as const),
  fc.constant({ do: 'more' } as const)
)

/** A page that reads and listens while the agent goes on; all orders of both are possible. */
class ModelPage {
  board: BoardState = emptyBoard()
  private told = 0
  private next: string | null = null
  /** The last that a reading of the queue has seen; what is behind it is not known. */
  private reading: { journal: TransitionEvent[], parts: Map<string, ActionPage>, isMore: boolean } | null = null
  private readonly ended = new Set<string>()
  private readonly agent: ModelAgent
  readonly limit: number

  constructor (agent: ModelAgent, limit: number) {
    this.agent = agent
    this.limit = limit
  }

  deliver (count: number): void {
    const events = this.agent.events.slice(this.told, this.told + count)
    this.told += events.length
    this.reading?.journal.push(...events)
    takeEvents(this.board, events)
    this.check()
  }

  begin ({ isMore }: { isMore: boolean }): void {
    if (isMore && (this.next === null || this.reading !== null)) return
    this.reading = { journal: [], parts: new Map(), isMore }
  }

  read (part: 'running' | 'waiting' | 'ended'): void {
    if (this.reading === null || this.reading.parts.has(part)) return
    const cursor = this.reading.isMore && this.next !== null ? { cursor: this.next } : {}
    this.reading.parts.set(part, this.agent.page({
      running: { state: ['RUNNING' as const] },
      waiting: { state: ['NEW' as const], order: 'asc' as const, limit: this.limit, ...cursor },
      ended: { state: ['DONE' as const, 'FAILED' as const], limit: keptEnded }
    }[part]))
  }

  finish (): void {
    if (this.reading === null) return
    for (const part of ['running', 'waiting', 'ended'] as const) this.read(part)
    const { parts, journal, isMore } = this.reading
    const { actions: waiting, next } = parts.get('waiting')!
    const head = { waiting, isWhole: next === null }
    if (isMore) takeWaiting(this.board, head)
    else {
      const [running, ended] = [parts.get('running')!.actions as ActionDetail[], parts.get('ended')!.actions]
      this.board = boardOf({ ...head, running, ended })
    }
    takeEvents(this.board, journal)
    this.next = next
    this.reading = null
    this.check()
  }

  /** True at every moment: an action is in one place, and what has ended never comes back. */
  check (): void {
    const { waiting, running, ended } = this.board
    for (const id of ended.keys()) this.ended.add(id)
    for (const id of [...waiting.keys(), ...running.keys()]) {
      if (this.ended.has(id)) throw new Error(`${id} has ended, and is back`)
      if (waiting.has(id) && running.has(id)) throw new Error(`${id} waits and runs`)
    }
    if (ended.size > keptEnded) throw new Error('too many that have ended are kept')
  }
}

t.test('whatever order the agent, its events and what is read come in, the board comes to the truth', async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.array(happening, { maxLength: 120, size: 'max' }), (limit, happenings) => {
    const agent = new ModelAgent()
    const page = new ModelPage(agent, limit)
    for (const each of happenings) {
      if (each.do === 'schedule') agent.schedule(each.lane)
      else if (each.do === 'step') agent.step(each.lane, each.state)
      else if (each.do === 'deliver') page.deliver(each.count)
      else if (each.do === 'read') page.read(each.part)
      else if (each.do === 'finish') page.finish()
      else if (each.do === 'begin') page.begin({ isMore: false })
      else if (each.do === 'more') page.begin({ isMore: true })
      else {
        const action = agent.actions.filter(({ state }) => state === 'NEW')[each.which]
        if (action !== undefined) agent.move(action, 'FAILED')
      }
    }
    page.begin({ isMore: false })
    page.finish()
    page.deliver(Infinity)

    const { waiting, running, isWhole, ended } = page.board
    const whole = agent.waiting()
    const known = [...waiting.keys()]
    assert.deepEqual(known, isWhole ? whole : whole.slice(0, known.length), 'the head of the queue, in its order')
    assert.deepEqual(
      new Map([...running].map(([id, { payload }]) => [id, payload])),
      new Map(agent.actions.filter(({ state }) => state === 'RUNNING').map(({ id, payload }) => [id, payload])))
    const last = agent.actions.filter(({ state }) => state === 'DONE' || state === 'FAILED').sort((a, b) => a.at! - b.at!)
    const told = last.slice(-keptEnded).map(({ id, state }) => [id, state])
    assert.deepEqual([...ended.values()].map(({ id, state }) => [id, state]), told)
  }), { numRuns: 300 })
})

t.test('the queue goes on behind what was read, and only a queue that was read to its end grows by events', async t => {
  const agent = new ModelAgent()
  for (let count = 0; count < 5; count++) agent.schedule()
  const first = agent.page({ state: ['NEW'], order: 'asc', limit: 2 })
  const board = boardOf({ waiting: first.actions, isWhole: false, running: [], ended: [] })
  agent.schedule()
  takeEvents(board, agent.events.slice(-1))
  t.strictSame([...board.waiting.keys()], ['action-0', 'action-1'], 'what is scheduled belongs behind what is not known')
  const rest = agent.page({ state: ['NEW'], order: 'asc', cursor: first.next! })
  takeWaiting(board, { waiting: rest.actions, isWhole: true })
  agent.schedule()
  takeEvents(board, agent.events.slice(-1))
  t.strictSame([...board.waiting.keys()], agent.waiting())
})

t.test('what was read at several moments is where the last of them saw it', async t => {
  const agent = new ModelAgent()
  agent.schedule()
  const waiting = agent.page({ state: ['NEW'] }).actions
  agent.step('main', 'RUNNING')
  const running = agent.page({ state: ['RUNNING'] }).actions as ActionDetail[]
  const begun = boardOf({ waiting, isWhole: true, running, ended: [] })
  t.strictSame([begun.waiting.size, begun.running.size], [0, 1])
  agent.step('main', 'DONE')
  const done = boardOf({ waiting, isWhole: true, running, ended: agent.page({ state: ['DONE'] }).actions })
  t.strictSame([done.waiting.size, done.running.size, done.ended.size], [0, 0, 1])
})

t.test('what events do not tell is filled in by what was read, and nothing is said to change where nothing does', async t => {
  const agent = new ModelAgent()
  const board = boardOf({ waiting: [], isWhole: true, running: [], ended: [] })
  agent.schedule()
  agent.schedule()
  agent.step('main', 'RUNNING')
  t.strictSame(takeEvents(board, agent.events), { waiting: true, running: true, ended: false })
  t.equal(board.running.get('action-0')?.requester, null)
  const read = agent.actions.map(summaryOf)
  t.strictSame(takeDetails(board, read), { waiting: true, running: true, ended: false })
  t.equal(board.running.get('action-0')?.requester, 'TEST')
  t.equal(board.waiting.get('action-1')?.requester, 'TEST')
  t.strictSame(takeDetails(board, read), { waiting: false, running: false, ended: false })
  t.strictSame(takeCancel(board, 'action-0'), { waiting: false, running: true, ended: false })
  takeDetails(board, read)
  t.equal(board.running.get('action-0')?.cancelRequested, true, 'a read from before the wish does not take it back')
  t.strictSame(takeCancel(board, 'nobody'), { waiting: false, running: false, ended: false })
})

t.test('an action that failed has its reason, its error cut, and how long it ran', async t => {
  const board = emptyBoard()
  const agent = new ModelAgent()
  agent.schedule()
  agent.step('main', 'RUNNING')
  const failed = { ...agent.events.at(-1)!, state: 'FAILED' as const, timestamp: timeOf(5000) }
  takeEvents(board, [...agent.events, { ...failed, state_payload: { error: 'x'.repeat(1_000_000), reason: 'timeout' } }])
  const { failure, started, finished } = board.ended.get('action-0')!
  t.equal(failure?.reason, 'timeout')
  t.equal(failure?.error?.length, 300)
  t.equal(Date.parse(finished) - Date.parse(started!), 4999)
})

interface Setting {
  readonly agent: ModelAgent
  readonly connection?: Connection['state']
}

/** A board of a model agent: what is asked waits until `answer`, and what happens is told by `tell`. */
function boardUnderTest ({ agent, connection = 'live' }: Setting) {
  let listener: LiveListener = {}
  let asked = 0
  let failing: Error | null = null
  const ask = async <T>(answer: () => T): Promise<T> => {
    asked++
    const answered = answer()
    await new Promise(resolve => setImmediate(resolve))
    if (failing !== null) throw failing
    return answered
  }
  const heeded: unknown[] = []
  const board = createBoard({
    client: {
      page: async filter => await ask(() => agent.page(filter ?? {})),
      action: async id => await ask(() => summaryOf(agent.actions.find(action => action.id === id)!)),
      activity: async () => await ask(() => ({
        since: '',
        step_seconds: 60,
        complete_since: '',
        other_lanes: 0,
        lanes: [{ lane: 'main', waiting: agent.waiting().length, running: 0 }],
        samples: [{ timestamp: '', scheduled: 0, started: 0, done: 0, failed: 0, waiting: agent.waiting().length, running: 0 }]
      }))
    },
    live: {
      connection: signal({ state: connection } as Connection),
      listen: given => {
        listener = given
        return () => {}
      }
    },
    heed: error => { heeded.push(error) }
  })
  return {
    board,
    heeded,
    asked: () => asked,
    fail: (error: Error | null) => { failing = error },
    resync: () => { listener.resync?.() },
    tell: (events: readonly TransitionEvent[]) => { listener.events?.(events) }
  }
}

t.test('a board reads once, when the stream is there, and stays as it was until it was read again', async t => {
  const agent = new ModelAgent()
  for (let count = 0; count < 3; count++) agent.schedule()
  agent.step('main', 'RUNNING')
  const { board, resync, asked } = boardUnderTest({ agent, connection: 'connecting' })
  board.begin()
  board.begin()
  t.equal(asked(), 0, 'the stream that opens asks for it')
  resync()
  await eventually('the board is read', () => board.isRead.value)
  t.equal(asked(), 4, 'what runs, what waits, what has ended, and what the one that runs has reported')
  t.strictSame(board.waiting.value.map(({ id }) => id), ['action-1', 'action-2'])
  t.strictSame(board.running.value.map(({ id, payload }) => [id, payload]), [['action-0', 3]])
  t.strictSame(board.depth.value, { total: 2, lanes: new Map([['main', 2]]) })
  const seen: number[] = []
  const stop = board.waiting.subscribe(waiting => { seen.push(waiting.length) })
  resync()
  resync()
  await eventually('it is read again', () => !board.isReading.value)
  stop()
  t.notOk(seen.includes(0), 'nothing flashes')
})

t.test('a long queue is read page by page, and counted by the agent', async t => {
  const agent = new ModelAgent()
  for (let count = 0; count < 2500; count++) agent.schedule()
  const { board, tell } = boardUnderTest({ agent })
  board.begin()
  await eventually('the agent has counted', () => board.depth.value?.total === 2500)
  t.equal(board.waiting.value.length, 1000)
  board.readOn()
  board.readOn()
  await eventually('the second page is there', () => board.waiting.value.length === 2000)
  board.reload()
  await eventually('as much is read again', () => !board.isReading.value)
  t.equal(board.waiting.value.length, 2000)
  board.readOn()
  await eventually('the end is there', () => board.isWhole.value)
  t.strictSame(board.waiting.value.map(({ id }) => id), agent.waiting())
  agent.step('main', 'RUNNING')
  agent.schedule()
  tell(agent.events.slice(-2))
  t.equal(board.depth.value?.total, 2500, 'now counted here')
  t.strictSame(board.waiting.value.map(({ id }) => id), agent.waiting())
})

t.test('a head of the queue that is carried out is followed by what is behind it', async t => {
  const agent = new ModelAgent()
  for (let count = 0; count < 2500; count++) agent.schedule()
  const { board, tell } = boardUnderTest({ agent })
  board.begin()
  await eventually('the board is read', () => board.isRead.value)
  const known = agent.events.length
  for (const action of agent.actions.slice(0, 999)) agent.move(action, 'FAILED')
  tell(agent.events.slice(known))
  await eventually('more is read', () => board.waiting.value.length > 500)
  t.strictSame(board.waiting.value.map(({ id }) => id), agent.waiting().slice(0, 1001))
})

t.test('what happens while it is read is not lost', async t => {
  const agent = new ModelAgent()
  for (let count = 0; count < 1500; count++) agent.schedule()
  const { board, tell } = boardUnderTest({ agent })
  const step = (): void => {
    agent.step('main', 'DONE')
    tell(agent.events.slice(-1))
  }
  board.begin()
  step()
  await eventually('the board is read', () => board.isRead.value)
  t.equal(board.running.value[0]?.id, 'action-0', 'the answer was older than that')
  t.equal(board.waiting.value[0]?.id, 'action-1')
  board.readOn()
  agent.schedule()
  tell(agent.events.slice(-1))
  step()
  await eventually('the end is there', () => board.isWhole.value)
  t.strictSame(board.running.value, [])
  t.equal(board.ended.value[0]?.id, 'action-0')
  t.strictSame(board.waiting.value.map(({ id }) => id), agent.waiting())
})

t.test('of two reads the newer one holds, whichever is answered first', async t => {
  const { read, isReading } = createNewestRead(() => {})
  const answers: Array<() => void> = []
  const taken: string[] = []
  for (const name of ['older', 'newer']) {
    const asked = new Promise<string>(resolve => { answers.push(() => { resolve(name) }) })
    read(async () => await asked, what => { taken.push(what) })
  }
  answers[1]?.()
  await eventually('the newer one is taken', () => taken.length === 1)
  answers[0]?.()
  await new Promise(resolve => setImmediate(resolve))
  t.strictSame(taken, ['newer'])
  t.equal(isReading.value, false)
})

t.test('what is looked at is read where events did not tell it', async t => {
  const agent = new ModelAgent()
  const { board, tell, asked } = boardUnderTest({ agent })
  board.begin()
  await eventually('the board is read', () => board.isRead.value)
  agent.schedule()
  agent.schedule()
  agent.step('main', 'RUNNING')
  tell(agent.events)
  t.strictSame(board.waiting.value.map(({ requester }) => requester), [null])
  board.look(board.waiting.value)
  await eventually('both are known', () => {
    return board.waiting.value[0]?.requester === 'TEST' && board.running.value[0]?.requester === 'TEST'
  })
  const before = asked()
  board.look(board.waiting.value)
  t.equal(asked(), before, 'what is known is not asked for')
})

t.test('what cannot be read is said, tried again where that helps, and told to the session where it does not', async t => {
  const agent = new ModelAgent()
  const { board, fail, heeded } = boardUnderTest({ agent })
  fail(new Error('no such thing'))
  board.begin()
  await eventually('the error is there', () => board.error.value !== null)
  t.match(board.error.value, { message: 'no such thing' })
  t.equal(heeded.length, 1)
  fail(null)
  board.reload()
  await eventually('it is read', () => board.isRead.value && board.error.value === null)
})
