import assert from 'node:assert/strict'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { v7 } from 'uuid'
import { done, failed } from '../../src/domain/kind.js'
import { isFinal, isLegalMove, actionStates, type ActionState } from '../../src/domain/lifecycle.js'
import { openStore, type SqliteStore } from '../../src/store/store.js'
import { draft } from '../contracts/store-under-test.js'
import { walk } from '../contracts/store.js'
import { temporaryFolder } from '../support/engine.js'
import { cancelWish } from '../support/access.js'

/** What the store should hold, in a few lines: the actions in order, and what has happened to each. */
interface Modelled {
  readonly id: string
  readonly lane: string
  readonly states: ActionState[]
  payload: unknown
  cancelled: boolean
}

class Model {
  readonly actions: Modelled[] = []
  readonly limit = 6

  state (index: number): ActionState | undefined {
    return this.actions[index]?.states.at(-1)
  }

  queued (): number {
    return this.actions.filter(({ states }) => !isFinal(states.at(-1)!)).length
  }

  /** The action that a claim of the lane gives. */
  next (lane: string): Modelled | undefined {
    const ofLane = this.actions.filter(action => action.lane === lane)
    return ofLane.some(({ states }) => states.at(-1) === 'RUNNING') ? undefined : ofLane.find(({ states }) => states.at(-1) === 'NEW')
  }
}

interface Real {
  readonly path: string
  store: SqliteStore
  now: number
}

type Command = fc.AsyncCommand<Model, Real>

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command =>
  ({ check: () => true, run, toString: () => name })

/** Does to an action what a move does, and expects the store to agree with the table of moves. */
async function move (
  model: Model, index: number, to: ActionState, act: () => Promise<unknown>, payload: unknown
): Promise<void> {
  const target = model.actions[index]
  const legal = target !== undefined && isLegalMove(target.states.at(-1)!, to)
  const result = await act().then(() => true, () => false)
  if (result !== legal) throw new Error(`${model.state(index)} to ${to}: the store says ${result}, the table ${legal}`)
  if (!legal || target === undefined) return
  target.states.push(to)
  if (payload !== undefined) target.payload = payload
}

/**
 * The number of the action at a place; one that no action has where there is none. Numbers have gaps: a refused
 * append uses one up.
 */
function numberOf (model: Model, store: SqliteStore, place: number): number {
  return store.get(model.actions[place]?.id ?? '')?.seq ?? 1_000_000
}

const lanes = fc.constantFrom('a', 'b')
const places = fc.nat(7)

const commands: Array<fc.Arbitrary<Command>> = [
  lanes.map(lane => command(`append ${lane}`, async (model, { store }) => {
    const room = model.queued() < model.limit
    const said = draft({ lane, id: v7() })
    const fresh = await store.append(said).then(appended => appended.fresh, () => false)
    if (fresh !== room) throw new Error(`append: the store says ${fresh}, the model ${room}`)
    if (room) model.actions.push({ id: said.id, lane, states: ['NEW'], payload: null, cancelled: false })
  })),
  places.map(place => command(`append again ${place}`, async (model, { store }) => {
    const known = model.actions[place]
    if (known !== undefined && (await store.append(draft({ id: known.id }))).fresh) throw new Error('an id was taken twice')
  })),
  lanes.map(lane => command(`claim ${lane}`, async (model, { store }) => {
    const expected = model.next(lane)
    const claimed = await store.claim(lane)
    if (claimed?.id !== expected?.id) throw new Error(`claim ${lane}: ${claimed?.id} instead of ${expected?.id}`)
    expected?.states.push('RUNNING')
  })),
  fc.tuple(places, fc.jsonValue()).map(([place, value]) => command(`progress ${place}`, async (model, { store }) => {
    const payload = JSON.parse(JSON.stringify(value)) as never
    // Only RUNNING to RUNNING is progress; NEW to RUNNING is a claim.
    if (model.state(place) === 'NEW') return
    await move(model, place, 'RUNNING', async () => await store.progress(numberOf(model, store, place), payload), payload)
  })),
  places.map(place => command(`done ${place}`, async (model, { store }) => {
    await move(model, place, 'DONE', async () => await store.settle(numberOf(model, store, place), done(place)), place)
  })),
  places.map(place => command(`fail ${place}`, async (model, { store }) => {
    const outcome = failed('no')
    await move(model, place, 'FAILED', async () => await store.settle(numberOf(model, store, place), outcome), outcome.payload)
  })),
  places.map(place => command(`cancel ${place}`, async (model, { store }) => {
    const target = model.actions[place]
    if (target === undefined) return
    const open = !isFinal(target.states.at(-1)!)
    const action = await store.requestCancel(target.id, cancelWish()).catch(() => null)
    if ((action !== null) !== open) throw new Error(`cancel of ${target.states.at(-1)}: ${action?.state}`)
    if (!open) return
    target.cancelled = true
    if (target.states.at(-1) === 'NEW') {
      target.states.push('FAILED')
      target.payload = action!.statePayload
    }
  })),
  fc.constant(command('reopen', async (model, real) => {
    real.store.close()
    real.store = openStore({ path: real.path, queueLimit: model.limit, clock: { now: () => real.now } })
  })),
  fc.integer({ min: -5000, max: 5000 }).map(ms => command(`clock ${ms}`, async (_, real) => { real.now += ms }))
]

/** The whole store against the whole model. Throws, so that a failing sequence is made as short as it can be. */
function compare (model: Model, { store }: Real): void {
  assert.deepEqual(walk(store, { filter: {}, order: 'asc', limit: 3 }).ids, model.actions.map(({ id }) => id), 'the order of commit')
  for (const { id, states, payload, cancelled } of model.actions) {
    const action = store.get(id)!
    const history = store.history(action.seq)
    assert.deepEqual(history.map(({ state }) => state), states)
    assert.equal(action.state, states.at(-1))
    assert.deepEqual(action.statePayload, payload)
    assert.equal(action.cancelRequestedAt !== null, cancelled)
    assert.equal(action.finishedAt !== null, isFinal(action.state))
    assert.ok(history.every((entry, at) => at === 0 || entry.at >= history[at - 1]!.at), 'time never runs backwards')
  }
  const depth = (which: ActionState): number => model.actions.filter(({ states }) => states.at(-1) === which).length
  assert.equal(store.lanes().reduce((sum, lane) => sum + lane.waiting, 0), depth('NEW'))
  assert.equal(store.lanes().reduce((sum, lane) => sum + lane.running, 0), depth('RUNNING'))
}

t.test('whatever is asked of it in whatever order, the store does what a small model does', async t => {
  const folder = temporaryFolder(t)
  let run = 0
  await fc.assert(fc.asyncProperty(fc.commands(commands, { maxCommands: 60 }), async sequence => {
    const path = join(folder, `${run++}.db`)
    const model = new Model()
    const real: Real = { path, now: 1_700_000_000_000, store: undefined as never }
    real.store = openStore({ path, queueLimit: model.limit, clock: { now: () => real.now } })
    try {
      await fc.asyncModelRun(() => ({ model, real }), sequence)
      compare(model, real)
    } finally {
      real.store.close()
    }
  }), { numRuns: 100 })
  t.pass('100 sequences')
})

t.test('the SQL keeps the table of moves, whoever writes', async t => {
  const { default: Database } = await import('better-sqlite3')
  const path = join(temporaryFolder(t), 'steward.db')
  const store = openStore({ path, queueLimit: 100, clock: { now: () => 1000 } })
  store.close()
  const database = new Database(path)
  t.teardown(() => { database.close() })
  const times = { NEW: [null, null], RUNNING: [1, null], DONE: [1, 1], FAILED: [1, 1] } as const
  const put = (lane: string, state: ActionState): number => {
    const seq = Number(database.prepare(`insert into action (id, kind, lane, protocol, principal, requester, state, args, headers, created_at, scheduled_at, updated_at, last_transition)
      values (?, 'k', ?, 'p', 'x', 'r', 'NEW', 'null', '{}', 1, 1, 1, 1)`).run(v7(), lane).lastInsertRowid)
    if (state === 'NEW') return seq
    set(seq, 'RUNNING')
    if (state !== 'RUNNING') set(seq, state)
    return seq
  }
  const set = (seq: number, state: ActionState): void => {
    database.prepare('update action set state = ?, started_at = ?, finished_at = ? where seq = ?').run(state, ...times[state], seq)
  }

  for (const from of actionStates) {
    for (const to of actionStates) {
      if (from === 'NEW' && to === 'NEW') continue
      const seq = put(`${from}-${to}`, from)
      const allowed = (() => {
        try {
          set(seq, to)
          return true
        } catch {
          return false
        }
      })()
      t.equal(allowed, isLegalMove(from, to), `${from} to ${to}`)
    }
  }
  const running = put('twice', 'RUNNING')
  const waiting = put('twice', 'NEW')
  t.throws(() => { set(waiting, 'RUNNING') }, /only when it is the oldest/, 'never two RUNNING in one lane')
  const later = put('in order', 'NEW') && put('in order', 'NEW')
  t.throws(() => { set(later, 'RUNNING') }, /only when it is the oldest/, 'never out of order')
  t.throws(() => database.prepare("update action set lane = 'elsewhere' where seq = ?").run(running), /illegal move/, 'a lane is for life')
  t.throws(() => database.prepare('update action set seq = 1000000 where seq = ?').run(running), /illegal move/, 'and so is a number')
  t.throws(() => database.exec(`insert into action (seq, id, kind, lane, protocol, principal, requester, state, args, headers, created_at, scheduled_at, updated_at, last_transition)
    values (-1, 'x', 'k', 'twice', 'p', 'x', 'r', 'NEW', 'null', '{}', 1, 1, 1, 1)`), /behind all others/, 'nothing is put before what is there')
  t.throws(() => database.prepare("update action set state = 'PAUSED' where seq = ?").run(running), { code: 'SQLITE_CONSTRAINT_CHECK' })
  t.throws(() => database.prepare('update action set finished_at = 1 where seq = ?').run(running), { code: 'SQLITE_CONSTRAINT_CHECK' })
  t.throws(() => database.prepare('delete from action where seq = ?').run(running), /only finished/)
  database.prepare("insert into transition (action_seq, at, state) values (?, 1, 'NEW')").run(running)
  t.throws(() => database.prepare('update transition set at = 2').run(), /append-only/)
  t.throws(() => database.prepare('delete from transition').run(), /append-only/)
})
