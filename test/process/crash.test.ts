import { randomInt } from 'node:crypto'
import t, { type Test } from 'tap'
import { isFinal } from '../../src/domain/lifecycle.js'
import { createAgentClient, watchEvents, type ActionView, type EventView } from '../support/agent-client.js'
import { faultsOfHistory } from '../support/history-laws.js'
import { createOutsideWork, type OutsideWork } from '../support/outside-work.js'
import { runProgram, startProgram, type Program } from '../support/program.js'
import { createLoad, createRandom, externalWork, type Load, type Random, type Sent } from './load.js'

const rounds = 20
const clients = 8
/** More than any moment of a kill needs, so that a round always comes to its end. */
const mostPerRound = 120

/** Run with STEWARD_TEST_SEED to choose the same requests and the same moments again. */
const seed = Number(process.env['STEWARD_TEST_SEED'] ?? randomInt(2 ** 31))

t.test('twenty times kill -9 under load: what was acknowledged happens, once, in order', { timeout: 280_000 }, async t => {
  const folder = t.testdir()
  const outside = createOutsideWork(folder)
  const random = createRandom(seed)
  const load = createLoad({ clients, random })
  const start = async (): Promise<Program> => await startProgram(t, { folder, args: ['--config', outside.config] })
  t.comment(`STEWARD_TEST_SEED=${seed} repeats this choice of requests and moments`)

  let beginning: string | null = null
  for (let round = 0; round < rounds; round++) {
    const first = await killUnderLoad({ program: await start(), load, random })
    beginning ??= first
  }
  const program = await start()
  const recorded = await findAll(program.url, load.sent)
  const events = await readUntilAllFinal(program.url, { beginning: beginning ?? '', recorded: recorded.keys() })
  const actions = await findAll(program.url, load.sent)
  program.kill('SIGTERM')

  t.strictSame(await program.exited, { code: 0, signal: null }, 'the last agent stops cleanly', { seed })
  t.equal((await runProgram(['check'], { folder })).code, 0, 'the database is sound', { seed })
  judgeActions(t, { sent: load.sent, actions })
  judgeOrder(t, events)
  judgeOutsideWork(t, { outside, actions: [...actions.values()] })
})

interface Attack {
  readonly program: Program
  readonly load: Load
  readonly random: Random
}

/**
 * Kills the agent at a random moment of its load: so many acknowledgements or events after its start, and so many turns
 * of the event loop after that. Returns the id of an event before all that were seen; null when none was.
 */
async function killUnderLoad ({ program, load, random }: Attack): Promise<string | null> {
  const countsEvents = random() < 0.4
  const after = 1 + Math.floor(random() * 60)
  const turns = Math.floor(random() * 20)
  const seen = { acknowledged: 0, events: 0, dead: false, beginning: null as string | null }

  function killWhenDue (): void {
    if (seen.dead || (countsEvents ? seen.events : seen.acknowledged) < after) return
    seen.dead = true
    strike(turns)
  }

  function strike (turnsLeft: number): void {
    if (turnsLeft > 0) setImmediate(strike, turnsLeft - 1)
    else program.kill('SIGKILL')
  }

  async function watch (): Promise<void> {
    try {
      for await (const { id } of watchEvents(program.url)) {
        seen.beginning ??= `${id.split('-')[0] ?? ''}-0`
        seen.events++
        killWhenDue()
      }
    } catch {
      // The stream of a killed agent breaks off.
    }
  }

  const watching = watch()
  await load.run(program.url, {
    limit: mostPerRound,
    onAcknowledged: () => {
      seen.acknowledged++
      killWhenDue()
    }
  })
  await Promise.all([program.exited, watching])
  return seen.beginning
}

interface Replay {
  /** The id of an event before all others. */
  readonly beginning: string
  /** The actions that there are. */
  readonly recorded: Iterable<string>
}

/** Every event from the beginning, read until everything that was recorded is final. */
async function readUntilAllFinal (url: string, { beginning, recorded }: Replay): Promise<EventView[]> {
  const waiting = new Set(recorded)
  const events: EventView[] = []
  for await (const event of watchEvents(url, { after: beginning })) {
    events.push(event)
    if (isFinal(event.state)) waiting.delete(event.action_id)
    if (waiting.size === 0) break
  }
  return events
}

async function findAll (url: string, sent: readonly Sent[]): Promise<Map<string, ActionView>> {
  const client = createAgentClient(url)
  const found = new Map<string, ActionView>()
  for (const { id } of sent) {
    const action = await client.find(id)
    if (action !== null) found.set(id, action)
  }
  return found
}

interface Result {
  readonly sent: readonly Sent[]
  readonly actions: ReadonlyMap<string, ActionView>
}

function judgeActions (t: Test, { sent, actions }: Result): void {
  const acknowledged = sent.filter(request => request.acknowledged)
  t.comment(`${sent.length} requests sent, ${acknowledged.length} acknowledged, ${actions.size} actions recorded`)
  t.ok(acknowledged.length >= rounds, 'the load was real', { seed })

  const lost = acknowledged.filter(({ id }) => !actions.has(id))
  t.strictSame(lost, [], 'no acknowledged action is lost', { seed })

  const half = sent.filter(({ id, kind, args }) => {
    const action = actions.get(id)
    return action !== undefined && (action.kind !== kind || JSON.stringify(action.args) !== JSON.stringify(args))
  })
  t.strictSame(half, [], 'every action is what was asked for, acknowledged or not', { seed })

  const broken = [...actions.values()].flatMap(({ id, history }) => faultsOfHistory(history).map(fault => `${id} ${fault}`))
  t.strictSame(broken, [], 'every history is legal and ends', { seed })

  const unexplained = [...actions.values()].filter(action => action.state === 'FAILED' && !isExplained(action))
  t.strictSame(unexplained, [], 'what failed was interrupted too often, or is external work that was never begun', { seed })
}

function isExplained ({ kind, state_payload: payload }: ActionView): boolean {
  const { reason, error } = payload as { reason?: unknown, error?: unknown }
  return reason === 'interrupted' || (kind === externalWork && error === 'the work was never begun')
}

function judgeOrder (t: Test, events: readonly EventView[]): void {
  const positions = events.map(({ position }) => position)
  const inOrder = positions.every((position, index) => index === 0 || position > positions[index - 1]!)
  t.ok(inOrder, 'each event is told once, in order', { seed })

  const begun = new Set(events.filter(({ state }) => state === 'RUNNING').map(event => event.action_id))
  const scheduled = events.filter(({ state, action_id: id }) => state === 'NEW' && begun.has(id)).map(event => event.action_id)
  t.strictSame([...begun], scheduled, 'actions began in the order of scheduling', { seed })

  let running: string | null = null
  const overlaps: string[] = []
  for (const { action_id: id, state } of events) {
    if (state === 'NEW') continue
    if (running !== null && running !== id) overlaps.push(`${id} was ${state} while ${running} was RUNNING`)
    running = isFinal(state) ? null : id
  }
  t.strictSame(overlaps, [], 'one at a time', { seed })
}

interface OutsideResult {
  readonly outside: OutsideWork
  readonly actions: readonly ActionView[]
}

function judgeOutsideWork (t: Test, { outside, actions }: OutsideResult): void {
  const begun = outside.begun()
  t.ok(begun.length > 0, 'external actions were part of the load', { seed })
  t.strictSame([...begun].sort(), [...new Set(begun)].sort(), 'no external action was begun twice', { seed })

  const done = actions.filter(({ kind, state }) => kind === externalWork && state === 'DONE')
  const empty = done.filter(({ id }) => !outside.hasEffect(id))
  t.strictSame(empty, [], 'no external action is DONE without its effect', { seed })
}
