import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { JsonObject } from '../../src/domain/json.js'
import type { ActionKind } from '../../src/domain/kind.js'
import { createExternalKind } from '../../src/kinds/external.js'
import type { ExternalActionConfig } from '../../src/kinds/external.js'
import { createCommandRunner } from '../../src/process/commands.js'
import { kindContract } from '../contracts/kind.js'
import { createKindContext, fakeActionId } from '../support/kind-context.js'
import type { FakeRun } from '../support/kind-context.js'
import { isRunning, makePipe } from '../support/processes.js'

const shell = (script: string, ...args: string[]): [string, ...string[]] => ['/bin/sh', '-c', script, 'sh', ...args]

/** Prints that the work goes on for `times` checks, and then the given answer. It counts in the file. */
const checkAfter = (times: number, answer: string, file: string): [string, ...string[]] =>
  shell('echo >> "$3"; if [ "$(wc -l < "$3")" -gt "$1" ]; then echo "$2"; else echo \'{"status":"running"}\'; fi', String(times), answer, file)

const noRoot = process.getuid?.() === 0 ? false : 'needs root: only root can run commands as another user'

const finished = shell('echo \'{"status":"finished"}\'')

interface Subject {
  readonly folder: string
  /** The time, which stands still unless the test moves it. */
  readonly time: { now: number }
  readonly make: (config: Partial<ExternalActionConfig>) => ActionKind
  /** The action while it runs, as `refuseCancel` sees it. */
  readonly refusal: (kind: ActionKind, run: FakeRun) => string | null | undefined
}

function setUp (t: Test): Subject {
  const folder = t.testdir()
  const time = { now: 1_000_000 }
  const run = createCommandRunner({ outputDir: join(folder, 'outputs'), workDir: join(folder, 'work') })
  return {
    folder,
    time,
    make: config => createExternalKind('work', {
      description: 'Does some work.', action: ['true'], check: finished, timeoutMs: 60_000, commandTimeoutMs: 30_000, ...config
    }, { run, clock: { now: () => time.now } }),
    refusal: (kind, run) => kind.refuseCancel?.(createKindContext(run).context.action)
  }
}

kindContract(t, setUp(t).make({}), { run: () => ({}) })

t.test('the work is started, asked for until it has ended, and its words are in the payload', async t => {
  const { make, folder } = setUp(t)
  const kind = make({
    action: shell('echo begun; echo careful >&2'), check: checkAfter(3, '{"status":"finished","extra":[1]}', join(folder, 'checks'))
  })
  const { context, reported, slept } = createKindContext()

  const outcome = await kind.run(context)

  t.equal(kind.kind, 'external.agent.replicante.io/work')
  t.match(outcome, {
    state: 'DONE',
    payload: {
      phase: 'finished',
      exit_code: 0,
      stdout: 'begun\n',
      stderr: 'careful\n',
      check: { stdout: '{"status":"finished","extra":[1]}\n', stderr: '' }
    }
  })
  t.same(slept, [100, 200, 400])
  t.equal(reported.length, 2, 'only what is new is reported')
  t.match(reported, [{ phase: 'check', stdout: 'begun\n' }, { phase: 'check', check: { stdout: '{"status":"running"}\n' } }])
})

t.test('the wait between checks grows up to its limit', async t => {
  const { make, folder } = setUp(t)
  const { context, slept } = createKindContext()

  await make({ check: checkAfter(5, '{"status":"finished"}', join(folder, 'checks')), checkMinMs: 10, checkMaxMs: 50 }).run(context)

  t.same(slept, [10, 20, 40, 50, 50])
})

t.test('each command gets the documented JSON, and the environment of the configuration', async t => {
  const { make, folder } = setUp(t)
  const [action, check] = [join(folder, 'action'), join(folder, 'check')]
  const kind = make({
    action: shell('cat > "$1"; echo "$REGION"', action),
    check: shell('cat > "$1"; echo \'{"status":"finished"}\'', check),
    env: { REGION: 'north' }
  })
  const run = { kind: kind.kind, args: { size: [1, null] }, headers: { 'x-by': 'me' } }

  const outcome = await kind.run(createKindContext(run).context)

  t.match(outcome, { payload: { stdout: 'north\n' } })
  for (const file of [action, check]) {
    t.same(JSON.parse(readFileSync(file, 'utf8')), { args: run.args, headers: run.headers, id: fakeActionId, kind: kind.kind })
  }
})

t.test('each command is told of the trace that its action belongs to', async t => {
  const { make } = setUp(t)
  const action = shell('echo "$TRACEPARENT|$TRACESTATE"')
  const check = shell('echo "{\\"status\\":\\"failed\\",\\"error\\":\\"$TRACEPARENT\\"}"')
  const kind = make({ action, check })
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const payloadWith = async (run: FakeRun) => (await kind.run(createKindContext(run).context)).payload

  t.match(await payloadWith({ trace: { traceparent, tracestate: 'a=1' } }), { stdout: `${traceparent}|a=1\n`, error: traceparent })
  t.match(await payloadWith({ trace: { traceparent, tracestate: null } }), { stdout: `${traceparent}|\n` })
  t.match(await payloadWith({}), { stdout: '|\n' })
})

t.test('the commands of an action share a folder of their own, unless they have another', async t => {
  const { make, folder } = setUp(t)
  const check = shell('echo "{\\"status\\":\\"failed\\",\\"error\\":\\"$(pwd) $(cat mark)\\"}"')
  const action = shell('echo begun > mark')
  const errorOf = async (config: Partial<ExternalActionConfig>) =>
    (await make(config).run(createKindContext().context)).payload

  t.match(await errorOf({ action, check }), { error: `${join(folder, 'work', 'work')} begun` })
  t.match(await errorOf({ action, check, cwd: folder }), { error: `${folder} begun` })
})

t.test('all commands of an action run as its user and as nice as they are to be', { skip: noRoot }, async t => {
  const { make, folder } = setUp(t)
  const who = 'echo "$(id -un) $(nice)" >> who'
  const { context, abort, reported, onReport } = createKindContext()
  onReport(() => { if (reported.length === 2) abort('cancelled') })

  await make({ action: shell(who), check: shell(`${who}; echo '{"status":"running"}'`), cancel: shell(who), user: 'nobody', nice: 5 }).run(context)

  t.equal(readFileSync(join(folder, 'work', 'work', 'who'), 'utf8'), 'nobody 5\n'.repeat(3))
})

t.test('a failing command fails the action, and says what it said', async t => {
  const { make, folder } = setUp(t)
  const run = (config: Partial<ExternalActionConfig>): Promise<unknown> => make(config).run(createKindContext().context)

  t.match(await run({ action: shell('echo a; echo b >&2; exit 9') }), {
    state: 'FAILED',
    payload: { error: 'The command "action" exited with code 9.', reason: 'error', phase: 'action', exit_code: 9, stdout: 'a\n', stderr: 'b\n' }
  })
  t.match(await run({ action: [join(folder, 'absent')] }), { payload: { error: /"action" could not be started: there is no program/ } })
  t.match(await run({ action: shell('kill -9 $$') }), { payload: { error: /ended by SIGKILL/, exit_code: null } })
  t.match(await run({ action: ['sleep', '1000'], commandTimeoutMs: 20 }), { payload: { error: /longer than it may/, reason: 'timeout' } })
  t.match(await run({ check: shell('echo no; exit 1') }), { payload: { error: /"check" exited with code 1/, phase: 'check', stdout: 'no\n' } })
  t.match(await run({ check: shell('echo \'{"status":"failed","error":"Out of tape."}\'') }), {
    state: 'FAILED', payload: { error: 'Out of tape.', phase: 'check', exit_code: 0 }
  })
  t.match(await run({ check: shell('echo \'{"status":"failed","error":null}\'') }), { payload: { error: /has failed/ } })
})

for (const answer of ['', 'finished', '"finished"', '[]', 'null', '{}', '{"status":"done"}', '{"status":true}', '{"status":"finished"} x',
  '{"status":"finished","error":1}', `{"status":"finished","x":"${'x'.repeat(20_000)}"}`]) {
  t.test(`a check that prints ${JSON.stringify(answer.slice(0, 40))} fails the action`, async t => {
    const { make } = setUp(t)

    const outcome = await make({ check: ['printf', '%s', answer] }).run(createKindContext().context)

    t.match(outcome, { state: 'FAILED', payload: { error: /"check" did not print/, reason: 'error' } })
  })
}

const noises: Record<string, string> = {
  'control characters': 'String.fromCharCode(0, 1, 31)',
  'ANSI output': "'\\u001b[1m\\u001b[32mok\\u001b[0m\\r\\n'",
  'bytes that are no text': 'Buffer.from([0xff, 0xc0])',
  emoji: "'😀'"
}
for (const [name, noise] of Object.entries(noises)) {
  t.test(`commands that write much (${name}) do not fail the action`, async t => {
    const { make } = setUp(t)
    const write = (stream: string, end = ''): string => `
      for (let n = 0; n < 20; n++) fs.writeSync(${stream}, Buffer.concat(Array(500).fill(Buffer.from(${noise}))))
      fs.writeSync(${stream}, '${end}')`
    const node = (script: string): [string, ...string[]] => ['node', '-e', script]
    const answer = String.raw`fs.writeSync(1, JSON.stringify({ status: 'running', log: '\u001b'.repeat(2500) }))`
    const { context, reported, abort, onReport } = createKindContext()
    onReport(() => { if (reported.length === 2) abort('cancelled') })
    const kind = make({
      action: node(write('1', 'end of out') + write('2', 'end of err')),
      check: node(answer + write('2', 'end of check')),
      cancel: node(write('1', 'end of cancel') + write('2'))
    })

    const outcome = await kind.run(context)

    const outputs = { stdout: /end of out$/, stderr: /end of err$/, truncated: true }
    t.match(reported[1], { ...outputs, check: { stdout: /"}$/, stderr: /end of check$/, truncated: true } })
    t.match(outcome, { state: 'FAILED', payload: { reason: 'cancelled', ...outputs, cancel: { exit_code: 0, stdout: /end of cancel$/ } } })
    const { stdout } = outcome.payload as { stdout: string }
    const bytes = Buffer.byteLength(JSON.stringify(stdout))
    t.ok(bytes <= 12 * 1024 && bytes > 12 * 1024 - 12, `${bytes} bytes of JSON are kept`)
    t.equal(Buffer.from(stdout).toString(), stdout, 'no character is cut through')
  })
}

t.test('a check that says much on its error output is believed', async t => {
  const { make } = setUp(t)
  const check = shell('head -c 100000 /dev/zero | tr "\\0" x >&2; echo \'{"status":"finished"}\'')

  t.match(await make({ check }).run(createKindContext().context), {
    state: 'DONE', payload: { check: { stdout: '{"status":"finished"}\n', truncated: true } }
  })
})

t.test('after an interruption the work is not started again, only asked for', async t => {
  const { make, folder } = setUp(t)
  const trace = join(folder, 'started')
  const kind = make({ action: ['touch', trace] })

  t.match(await kind.run(createKindContext({ resumed: true }).context), {
    state: 'DONE', payload: { note: /outputs are unknown/, check: { stdout: '{"status":"finished"}\n' } }
  })
  t.match(await kind.run(createKindContext({ statePayload: { phase: 'check', exit_code: 0, stdout: 'begun' } }).context), {
    state: 'DONE', payload: { stdout: 'begun' }
  })

  t.notOk(existsSync(trace))
})

t.test('work whose time ran out while the agent was away is asked for once', async t => {
  const { make, time, folder } = setUp(t)
  const run = { startedAt: time.now - 3_600_000, statePayload: { phase: 'check' } }

  t.match(await make({}).run(createKindContext(run).context), { state: 'DONE' })
  const check = checkAfter(9, '', join(folder, 'checks'))
  t.match(await make({ check }).run(createKindContext(run).context), { state: 'FAILED', payload: { reason: 'timeout', error: /time limit/ } })
})

t.test('when the time is up the outside work is ended', async t => {
  const { make, time, folder } = setUp(t)
  const trace = join(folder, 'cancelled')
  const { context } = createKindContext({ startedAt: time.now - 59_999 })
  const kind = make({ check: checkAfter(999, '', join(folder, 'checks')), cancel: ['touch', trace] })

  t.match(await kind.run(context), { state: 'FAILED', payload: { reason: 'timeout', error: /time limit.*cancel command was run/ } })
  t.ok(existsSync(trace))
})

t.test('a clock that is set an hour ahead or back while the work runs takes nothing of its time', async t => {
  for (const jump of [3_600_000, -3_600_000]) {
    const { make, time, folder } = setUp(t)
    const { context, onReport } = createKindContext({ startedAt: time.now })
    onReport(() => { time.now += jump })

    const outcome = await make({ check: checkAfter(3, '{"status":"finished"}', join(folder, 'checks')) }).run(context)

    t.match(outcome, { state: 'DONE' }, String(jump))
  }
})

t.test('a cancel while the first command runs ends its process group', async t => {
  const { make, folder, refusal } = setUp(t)
  const started = makePipe(folder, 'started')
  const kind = make({ action: shell('echo $$ > "$1"; exec sleep 1000', started) })
  t.equal(refusal(kind, {}), null)
  const { context, abort } = createKindContext()

  const running = kind.run(context)
  const pid = Number(await readFile(started, 'utf8'))
  abort('cancelled')

  t.match(await running, { state: 'FAILED', payload: { reason: 'cancelled', error: /command was ended/, phase: 'action' } })
  t.notOk(isRunning(pid))
})

t.test('once the work goes on outside, a cancel needs the cancel command', async t => {
  const { make, folder, refusal } = setUp(t)
  const check = checkAfter(9, '', join(folder, 'checks'))
  const run = { statePayload: { phase: 'check' } }
  t.match(refusal(make({ check }), run), /no cancel command/)

  const cancelWith = async (cancel: [string, ...string[]]): Promise<unknown> => {
    const kind = make({ check, cancel })
    t.equal(refusal(kind, run), null)
    const { context, abort, onReport } = createKindContext(run)
    onReport(() => abort('cancelled'))
    return await kind.run(context)
  }

  const told = join(folder, 'told')
  t.match(await cancelWith(shell('cat > "$1"; echo gone', told)), {
    state: 'FAILED', payload: { reason: 'cancelled', error: /cancel command was run/, cancel: { exit_code: 0, stdout: 'gone\n' } }
  })
  t.match(JSON.parse(readFileSync(told, 'utf8')), { id: fakeActionId })
  t.match(await cancelWith(shell('exit 5')), {
    state: 'FAILED', payload: { reason: 'cancelled', error: /cancel command exited with code 5, so the work outside may go on/ }
  })
})

t.test('a cancel that came just before the work went outside is not hidden', async t => {
  const { make } = setUp(t)
  const { context, abort } = createKindContext({ resumed: true })
  abort('cancelled')

  t.match(await make({}).run(context), { state: 'FAILED', payload: { reason: 'cancelled', error: /work outside may go on/ } })
})

t.test('at shutdown everything is left running', async t => {
  const { make, folder } = setUp(t)
  const [started, go, result] = [makePipe(folder, 'started'), makePipe(folder, 'go'), makePipe(folder, 'result')]
  const trace = join(folder, 'cancelled')
  const kind = make({
    action: shell('echo > "$1"; read line < "$2"; echo "did $line" > "$3"', started, go, result), cancel: ['touch', trace]
  })
  const { context, abort } = createKindContext()

  const running = kind.run(context).catch((reason: unknown) => reason)
  await readFile(started)
  abort('shutdown')

  t.equal(await running, 'shutdown')
  writeFileSync(go, 'work\n')
  t.equal(await readFile(result, 'utf8'), 'did work\n')
  t.notOk(existsSync(trace))
})

t.test('a shutdown between checks leaves the work alone too', async t => {
  const { make, folder } = setUp(t)
  const trace = join(folder, 'cancelled')
  const { context, abort, reported, onReport } = createKindContext()
  onReport(payload => { if ((payload as JsonObject)['check'] !== undefined) abort('shutdown') })

  const kind = make({ check: checkAfter(9, '', join(folder, 'checks')), cancel: ['touch', trace] })

  t.equal(await kind.run(context).catch((reason: unknown) => reason), 'shutdown')
  t.equal(reported.length, 2)
  t.notOk(existsSync(trace))
})
