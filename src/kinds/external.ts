import type { Action } from '../domain/action.js'
import type { Clock } from '../domain/clock.js'
import { isJsonObject } from '../domain/json.js'
import type { JsonObject, JsonSchema } from '../domain/json.js'
import { abortReason, done, failed } from '../domain/kind.js'
import type { ActionKind, FailureReason, KindContext, Outcome } from '../domain/kind.js'
import { endingOf } from '../domain/ports/process.js'
import type { Command, CommandResult, CommandRunner } from '../domain/ports/process.js'
import { outputsOf, reportOf } from './external-outputs.js'

type Argv = readonly [string, ...string[]]

/** An external action, as it is configured. */
export interface ExternalActionConfig {
  /** One sentence, shown by discovery. */
  readonly description: string
  /** Starts the outside work and returns quickly. */
  readonly action: Argv
  /** Asked until the work is settled: prints `{"status": "running" | "finished" | "failed", "error"?: text}`. */
  readonly check: Argv
  /** Ends the outside work. Without it the action cannot be cancelled once `action` has exited. */
  readonly cancel?: Argv
  /** Milliseconds from the action's start to its end, whatever restarts of the agent lie between. */
  readonly timeoutMs: number
  /** Milliseconds that each command may take. */
  readonly commandTimeoutMs: number
  /** Milliseconds between the first two checks; doubles from one to the next. Default 100. */
  readonly checkMinMs?: number
  /** The longest wait between two checks. Default 5,000. */
  readonly checkMaxMs?: number
  /** Schema of the arguments. Default: anything. */
  readonly args?: JsonSchema
  readonly env?: Readonly<Record<string, string>>
  /** The system user that the commands run as. Default: the agent's. */
  readonly user?: string
  /** How much nicer than the agent the commands are. Default 0. */
  readonly nice?: number
  /** The working folder of the commands. Default: one of the action's own. */
  readonly cwd?: string
}

interface Dependencies {
  readonly run: CommandRunner
  readonly clock: Clock
}

/** How much of each output is kept: a check's answer may be as long; payloads tell somewhat less. */
const keepBytes = 16 * 1024

/**
 * Makes the kind `external.agent.replicante.io/<name>`: work that configured commands do, and that outlives the agent.
 *
 * `action` is started at most once. After an interruption only `check` is asked, whatever became of `action`. While
 * `action` runs, a cancel ends its process group; later it takes the `cancel` command, and is refused without one.
 * When the time is up the outside work is ended in the same way, if there is a way. At shutdown everything goes on.
 *
 * Payload while it runs: `{ phase: 'check', ... }` once `action` has exited, with the ends of its outputs and of those
 * of the last check that said something new.
 */
export function createExternalKind (name: string, config: ExternalActionConfig, deps: Dependencies): ActionKind {
  const placement = placementOf(name, config)
  return {
    kind: `external.agent.replicante.io/${name}`,
    summary: config.description,
    args: config.args ?? {},
    timeoutMs: config.timeoutMs,
    onInterrupt: 'resume',
    refuseCancel: action => config.cancel === undefined && isStarted(action)
      ? 'its work goes on outside the agent, and no cancel command is configured for it'
      : null,
    run: context => runExternal({ config, context, placement, ...deps })
  }
}

/** As whom, how and where the commands of an action run. */
type Placement = Pick<Command, 'env' | 'user' | 'nice' | 'cwd' | 'ownFolder'>

function placementOf (name: string, { env, user, nice, cwd }: ExternalActionConfig): Placement {
  return {
    ...env === undefined ? {} : { env },
    ...user === undefined ? {} : { user },
    ...nice === undefined ? {} : { nice },
    ...cwd === undefined ? { ownFolder: name } : { cwd }
  }
}

interface Run extends Dependencies {
  readonly config: ExternalActionConfig
  readonly placement: Placement
  readonly context: KindContext
}

async function runExternal (run: Run): Promise<Outcome> {
  const { context } = run
  const deadline = deadlineOf(run)
  const { outcome, report } = context.resumed ? readReport(context.action) : await startWork(run)
  if (outcome !== undefined) return outcome
  if (context.signal.aborted) return await giveUp(run, report)
  try {
    // What an earlier run has said already is not said again before a check has answered: progress starts the count of
    // interruptions anew, and a check that kills the agent each time has to be given up.
    if (!isStarted(context.action)) await context.progress(report)
    return await checkUntilSettled(run, { first: report, deadline })
  } catch (error) {
    if (!context.signal.aborted) throw error
    return await giveUp(run, report)
  }
}

/**
 * When the time of the action is up, as `performance.now` counts. What is left of it at the start of a run is known by
 * the clock; how it goes by is not: the clock may be set meanwhile.
 */
function deadlineOf ({ config, context, clock }: Run): number {
  const now = clock.now()
  const usedMs = now - (context.action.startedAt ?? now)
  return performance.now() + Math.min(config.timeoutMs - usedMs, config.timeoutMs)
}

/** How the start went: over already, or the payload to go on with. */
type Started =
  | { readonly outcome: Outcome, readonly report?: never }
  | { readonly outcome?: never, readonly report: JsonObject }

/** True once `action` has exited, or nobody can tell any more whether it has. */
function isStarted ({ statePayload }: Action): boolean {
  return isJsonObject(statePayload) && statePayload['phase'] === 'check'
}

function readReport (action: Action): Started {
  const unknown = { phase: 'check', note: 'the agent was stopped while the command "action" ran: its outputs are unknown' }
  return { report: isStarted(action) && isJsonObject(action.statePayload) ? action.statePayload : unknown }
}

async function startWork (run: Run): Promise<Started> {
  const { config, context } = run
  const result = await runCommand(run, config.action)
  if (result.exitCode === 0) return { report: { phase: 'check', ...reportOf(result) } }
  return {
    outcome: context.signal.aborted
      ? await giveUp(run, { phase: 'action', ...reportOf(result) })
      : commandFailed({ role: 'action', result, phase: 'action' })
  }
}

async function checkUntilSettled (run: Run, { first, deadline }: { first: JsonObject, deadline: number }):
Promise<Outcome> {
  const { config, context } = run
  let waitMs = config.checkMinMs ?? 100
  let report = first
  // Work that outlives many restarts of the agent is not work that fails: its first answer counts as progress.
  let isNews = isStarted(context.action)
  // An action that comes back after its time was up is still asked once: its work may have ended long ago.
  for (;;) {
    const result = await runCommand(run, config.check)
    context.signal.throwIfAborted()
    const answer = readAnswer(result)
    if (answer === null) return commandFailed({ role: 'check', result, phase: 'check' })
    const now = { ...report, check: outputsOf(result) }
    if (answer.status === 'finished') return done({ ...now, phase: 'finished' })
    if (answer.status === 'failed') return failed(answer.error ?? 'The outside work has failed.', { more: now })
    if (isNews || JSON.stringify(now) !== JSON.stringify(report)) await context.progress(now)
    report = now
    isNews = false

    const leftMs = deadline - performance.now()
    if (leftMs <= 0) return await giveUp(run, report, 'timeout')
    await context.sleep(Math.min(waitMs, leftMs))
    waitMs = Math.min(waitMs * 2, config.checkMaxMs ?? 5000)
  }
}

interface Answer {
  readonly status: 'running' | 'finished' | 'failed'
  readonly error: string | null
}

/** What a check has said; null when that cannot be relied on. Fields that are not known are the command's affair. */
function readAnswer ({ exitCode, stdout, truncated }: CommandResult): Answer | null {
  if (exitCode !== 0 || truncated.stdout) return null
  const said = parse(stdout)
  if (!isJsonObject(said)) return null
  const { status, error = null } = said
  if (status !== 'running' && status !== 'finished' && status !== 'failed') return null
  return error === null || typeof error === 'string' ? { status, error } : null
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Ends the outside work, where there is a command for it, and says how that went. Throws at shutdown. */
async function giveUp (run: Run, report: JsonObject, why?: FailureReason): Promise<Outcome> {
  const { config, context: { signal } } = run
  const reason = why ?? abortReason(signal)
  if (reason === 'shutdown') throw signal.reason
  const said = reason === 'timeout' ? 'The time limit was reached' : 'The action was cancelled'
  if (config.cancel === undefined) {
    const rest = report['phase'] === 'action' ? 'its command was ended' : 'the work outside may go on: there is no cancel command'
    return failed(`${said}; ${rest}.`, { reason, more: report })
  }
  const result = await runCommand(run, config.cancel, { abortable: false })
  const rest = result.exitCode === 0 ? 'the cancel command was run' : `the cancel command ${endingOf(result)}, so the work outside may go on`
  return failed(`${said}; ${rest}.`, { reason, more: { ...report, cancel: reportOf(result) } })
}

async function runCommand (own: Run, argv: Argv, { abortable = true } = {}): Promise<CommandResult> {
  const { config, context, placement, run } = own
  const { headers, id, kind } = context.action
  return await run.run({
    argv,
    stdin: JSON.stringify({ args: context.args, headers, id, kind }),
    timeoutMs: config.commandTimeoutMs,
    keepBytes,
    ...placement,
    env: { ...traceVariables(context.action), ...placement.env },
    ...(abortable ? { signal: context.signal } : {})
  })
}

/** By which programs that record traces go on with the action's, as many of them agree. */
function traceVariables ({ trace }: Action): Record<string, string> {
  if (trace === null) return {}
  return { TRACEPARENT: trace.traceparent, ...trace.tracestate === null ? {} : { TRACESTATE: trace.tracestate } }
}

function commandFailed ({ role, result, phase }: { role: string, result: CommandResult, phase: string }): Outcome {
  const what = result.exitCode === 0
    ? `The command "${role}" did not print {"status": "running" | "finished" | "failed", "error"?: text}.`
    : `The command "${role}" ${endingOf(result)}.`
  return failed(what, { reason: result.timedOut ? 'timeout' : 'error', more: { phase, ...reportOf(result) } })
}
