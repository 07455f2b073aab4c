import t from 'tap'
import type { Test } from 'tap'
import type { JsonValue } from '../../src/domain/json.js'
import { done, failed, noArgs } from '../../src/domain/kind.js'
import type { ActionKind, Outcome } from '../../src/domain/kind.js'
import { serviceKinds } from '../../src/kinds/service.js'
import { createCommandRunner } from '../../src/process/commands.js'
import { createCommandsSupervisor } from '../../src/supervisors/commands.js'
import { kindContract } from '../contracts/kind.js'
import { createKindContext, type FakeKindContext, type FakeRun } from '../support/kind-context.js'
import { createSmallService, type SmallService } from '../support/small-service.js'

const names = ['start', 'stop', 'restart', 'graceful.stop', 'graceful.restart'] as const
type Name = typeof names[number]

interface Subject {
  readonly service: SmallService
  readonly kind: (name: Name) => ActionKind
  /** Runs a kind; the run is at hand before it has ended. */
  readonly run: (name: Name, fake?: FakeRun, watch?: (fake: FakeKindContext) => void) => Promise<Ran>
}

type Ran = FakeKindContext & { readonly outcome: Outcome }

function setUp (t: Test, { stop = null }: { stop?: ActionKind | null } = {}): Subject {
  const service = createSmallService(t)
  const run = createCommandRunner({ outputDir: t.testdir() })
  const supervisor = createCommandsSupervisor(service.commands, { run, timeoutMs: 60_000 })
  const kinds = serviceKinds({ supervisor, stop })
  const kind = (name: Name): ActionKind => {
    const found = kinds.find(({ kind }) => kind === `replicante.io/service.${name}`)
    if (found === undefined) throw new Error(`There is no kind ${name}.`)
    return found
  }
  return {
    service,
    kind,
    async run (name, fake = {}, watch = () => {}) {
      const run = createKindContext({ kind: kind(name).kind, ...fake })
      watch(run)
      return { ...run, outcome: await kind(name).run(run.context) }
    }
  }
}

const contracted = setUp(t)
for (const name of names) kindContract(t, contracted.kind(name), { run: () => ({}), badArgs: [{ force: true }, [], 'now'] })

t.test('a start brings the service up once, and does nothing when it runs', async t => {
  const { service, run } = setUp(t)

  const first = await run('start')
  const second = await run('start')

  const pid = service.pid()
  t.type(pid, 'number')
  t.strictSame(first.reported, [{ attempt: 1, message: 'starting', pid: null }])
  t.strictSame(first.outcome, done({ attempt: 1, message: 'started', pid }))
  t.strictSame(second.reported, [])
  t.strictSame(second.outcome, done({ attempt: 1, message: 'already running', pid }))
  t.strictSame(service.journal(), ['start'])
})

t.test('a stop waits until there is no process, and tells the supervisor even when there is none', async t => {
  const { service, run } = setUp(t)
  service.begin()
  const pid = service.pid()

  const first = await run('stop')
  const second = await run('stop')

  t.strictSame(first.reported, [{ attempt: 1, message: 'stopping', pid }])
  t.strictSame(first.outcome, done({ attempt: 1, message: 'stopped', pid: null }))
  t.strictSame(second.outcome, done({ attempt: 1, message: 'already stopped', pid: null }))
  t.strictSame(service.running(), [])
  t.strictSame(service.journal(), ['stop', 'stop'], 'it might be about to start the service again')
})

t.test('a restart stops the process and starts another one', async t => {
  const { service, run } = setUp(t)
  service.begin()
  const before = service.pid()

  const { reported, outcome } = await run('restart')

  t.not(service.pid(), before)
  t.strictSame(reported, [{ attempt: 1, message: 'stopping', pid: before }, { attempt: 1, message: 'starting', pid: null }])
  t.strictSame(outcome, done({ attempt: 1, message: 'restarted', pid: service.pid() }))
  t.equal(service.running().length, 1)
  t.strictSame(service.journal(), ['stop', 'start'])
})

t.test('a restart starts a service that does not run', async t => {
  const { service, run } = setUp(t)

  const { outcome } = await run('restart')

  t.strictSame(outcome, done({ attempt: 1, message: 'started', pid: service.pid() }))
  t.strictSame(service.journal(), ['start'])
})

t.test('a service that somebody else starts again at once has been restarted', async t => {
  const { service, run } = setUp(t)
  service.begin()
  const before = service.pid()
  service.misbehave('respawn')

  const { outcome } = await run('restart')

  t.not(service.pid(), before)
  t.strictSame(outcome, done({ attempt: 1, message: 'restarted', pid: service.pid() }))
  t.strictSame(service.journal(), ['stop'])
})

t.test('a process that comes up late is awaited, and not started again', async t => {
  const { service, run } = setUp(t)
  service.misbehave('lazy')

  const { reported, slept, outcome } = await run('start', {}, ({ reported, onReport }) => {
    onReport(() => { if (reported.length === 3) service.begin() })
  })

  const waiting = 'started; there is no process yet'
  t.strictSame(reported, [
    { attempt: 1, message: 'starting', pid: null },
    { attempt: 2, message: waiting, pid: null },
    { attempt: 3, message: waiting, pid: null }
  ])
  t.strictSame(slept, [1000, 1000, 1000])
  t.strictSame(outcome, done({ attempt: 4, message: 'started', pid: service.pid() }))
  t.strictSame(service.journal(), ['start'])
})

t.test('a start that fails is tried again, and what it said is reported', async t => {
  const { service, run } = setUp(t)
  service.misbehave('broken')

  const { reported, outcome } = await run('start', {}, ({ reported, onReport }) => {
    onReport(() => { if (reported.length === 2) service.behave() })
  })

  t.strictSame(reported[1], { attempt: 2, message: 'The service could not be started: the command "start" exited with code 3.', pid: null })
  t.strictSame(outcome, done({ attempt: 2, message: 'started', pid: service.pid() }))
  t.strictSame(service.journal(), ['start', 'start'])
})

t.test('after thirty attempts it is given up, with the last words of the supervisor', async t => {
  const { service, run } = setUp(t)
  service.misbehave('broken')

  const { reported, slept, outcome } = await run('start')

  const message = 'The service could not be started: the command "start" exited with code 3.'
  t.strictSame(outcome, failed(message, {
    layers: ['the disk is on fire'], variant: 'SupervisorError', more: { attempt: 30, message, pid: null }
  }))
  t.equal(reported.length, 30)
  t.strictSame(slept, Array(29).fill(1000))
  t.equal(service.journal().length, 30)
})

t.test('a process that never comes, and one that never goes', async t => {
  const { service, run } = setUp(t)

  service.misbehave('lazy')
  t.match((await run('start')).outcome, {
    state: 'FAILED',
    payload: {
      error: /^There is no process of the service although it was started/, layers: [], variant: 'ServiceNotRunning', reason: 'error', attempt: 30, pid: null
    }
  })
  service.begin()
  service.misbehave('stubborn')
  const pid = service.pid()
  for (const name of ['stop', 'restart'] as const) {
    t.match((await run(name)).outcome, {
      state: 'FAILED',
      payload: { error: `The process ${pid} of the service is still there although it was told to stop. Its own log may say why.`, variant: 'ServiceStillRunning', pid }
    })
  }
  t.strictSame(service.journal(), ['start', 'stop', 'stop'])
})

t.test('what cannot be seen is not taken for stopped', async t => {
  const { service, run } = setUp(t)
  service.begin()
  const before = service.pid()
  service.misbehave('blind')

  const { reported, outcome } = await run('stop')
  service.behave()
  const { outcome: restarted } = await run('restart', { statePayload: reported.at(-1) ?? null, resumed: true })

  t.equal(reported.length, 30, 'each attempt is told')
  t.strictSame(reported[0], { attempt: 1, message: 'stopping' }, 'a pid of null would mean that there is no process')
  t.match(reported[1], { attempt: 2, message: /^It cannot be told whether the service runs/ })
  t.match(outcome, { state: 'FAILED', payload: { error: /^It cannot be told whether the service runs/, layers: ['nothing to be seen'], attempt: 30 } })
  t.match(restarted, { state: 'DONE', payload: { message: 'restarted' } })
  t.not(service.pid(), before)
})

t.test('an interrupted restart goes on from what it had reported', async t => {
  const { service, run } = setUp(t)
  const resume = async (statePayload: JsonValue): Promise<Outcome> => (await run('restart', { statePayload })).outcome
  const start = (): number | null => {
    service.end()
    service.begin()
    return service.pid()
  }

  const old = start()
  t.strictSame(await resume({ attempt: 3, message: 'stopping', pid: old }), done({ attempt: 1, message: 'restarted', pid: service.pid() }))
  t.not(service.pid(), old, 'the old process was still there')

  const next = start()
  t.strictSame(await resume({ attempt: 3, message: 'stopping', pid: old }), done({ attempt: 4, message: 'restarted', pid: next }))
  t.strictSame(await resume({ attempt: 3, message: 'starting', pid: null }), done({ attempt: 4, message: 'restarted', pid: next }))
  t.equal(service.pid(), next, 'it had been stopped and started already')

  service.end()
  t.match(await resume({ attempt: 3, message: 'stopping', pid: old }), { state: 'DONE', payload: { attempt: 1, message: 'restarted' } })
  t.type(service.pid(), 'number', 'it had been stopped')
  t.strictSame(service.journal(), ['stop', 'start', 'start'])
})

t.test('attempts of interrupted runs count', async t => {
  const { service, run } = setUp(t)
  service.misbehave('broken')

  const { outcome, reported, slept } = await run('start', { statePayload: { attempt: 28, message: 'starting', pid: null } })

  t.match(outcome, { state: 'FAILED', payload: { attempt: 30 } })
  t.match(reported, [{ attempt: 29 }, { attempt: 30 }])
  t.equal(slept.length, 1)
  for (const name of ['start', 'restart'] as const) {
    const last = await run(name, { statePayload: { attempt: 30, message: 'starting', pid: null } })
    t.match(last.outcome, { state: 'FAILED', payload: { attempt: 30 } })
    t.strictSame(last.reported, [], 'no progress: the agent may be what the start kills')
  }
})

t.test('a cancel ends the waiting', async t => {
  const { service, run } = setUp(t)
  service.misbehave('lazy')

  const running = run('start', {}, ({ abort, onReport }) => { onReport(() => { abort('cancelled') }) })

  t.equal(await running.catch((reason: unknown) => reason), 'cancelled')
  t.strictSame(service.journal(), [])
})

t.test('a graceful stop first lets the datastore stop, with the arguments of that stage', async t => {
  const seen: JsonValue[] = []
  const storeStop: ActionKind = {
    kind: 'replicante.io/store.stop',
    summary: 'Stops it.',
    args: { type: 'object', properties: { save: { type: 'boolean' } }, additionalProperties: false },
    timeoutMs: null,
    onInterrupt: 'resume',
    run: async ({ args }) => {
      seen.push(args as JsonValue)
      return done({ message: 'stopped' })
    }
  }
  const { service, run } = setUp(t, { stop: storeStop })
  service.begin()

  const { outcome } = await run('graceful.stop', { args: { graceful: { save: true } } })

  t.strictSame(seen, [{ save: true }])
  t.strictSame(outcome, done({ stage: 1, state: 'DONE', payload: { attempt: 1, message: 'stopped', pid: null } }))
})

t.test('a graceful stop stops nothing where the supervisor cannot be asked', async t => {
  let stopped = false
  const storeStop: ActionKind = {
    kind: 'replicante.io/store.stop',
    summary: 'Stops it.',
    args: noArgs,
    timeoutMs: null,
    onInterrupt: 'resume',
    run: async () => { stopped = true; return done() }
  }
  const { service, run } = setUp(t, { stop: storeStop })
  service.begin()
  service.misbehave('blind')

  const { outcome } = await run('graceful.restart')

  t.match(outcome, {
    state: 'FAILED',
    payload: { stage: 0, error: /^Nothing was stopped\. It cannot be told/, layers: ['nothing to be seen'], variant: 'SupervisorError' }
  })
  t.notOk(stopped)
})

t.test('a graceful restart works with a datastore that has no graceful stop, and says so', async t => {
  const { service, run } = setUp(t)
  service.begin()
  const before = service.pid()

  const { reported, outcome } = await run('graceful.restart')

  t.not(service.pid(), before)
  t.match(reported[1], { stage: 0, state: 'DONE', payload: { message: /^The datastore has no graceful stop of its own/ } })
  t.strictSame(outcome, done({ stage: 2, state: 'DONE', payload: { attempt: 1, message: 'started', pid: service.pid() } }))
})

t.test('the arguments of the graceful kinds are closed', t => {
  const { kind } = setUp(t)

  t.strictSame(Object.keys(kind('graceful.restart').args['properties'] as object), ['graceful', 'stop', 'start'])
  t.match(kind('graceful.stop').args, { properties: { graceful: noArgs, stop: noArgs }, additionalProperties: false })
  t.end()
})
