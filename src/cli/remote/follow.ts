import { InvalidArgumentError, Option } from 'commander'
import type { ActionDetail } from '../../client/model.js'
import { setLongTimer } from '../../timers.js'
import { elapsed } from '../../elapsed.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import { visibleLines } from '../table.js'
import { spanOf } from '../times.js'
import { outcomeLines, tellFailure, wasCancelled } from './action-text.js'
import { painter } from './colour.js'
import { render, type Format } from './format.js'
import type { Remote } from './remote.js'
import { createSpectator, type Sight, type Spectator } from './spectators.js'

/** What the flag `--timeout` says. */
export interface TimeoutFlag {
  /** Milliseconds. */
  readonly timeout?: number
}

/** The flag `--timeout`. */
export function timeoutOption (): Option {
  return new Option('--timeout <time>', 'wait no longer than this, such as 90s or 10m; the action goes on').argParser(text => {
    const span = spanOf(text)
    if (span === null) throw new InvalidArgumentError('It must be a time such as 90s, 10m or 12h.')
    return span
  })
}

/** Which action is watched, how, and how its end is written. */
export interface Watch extends Pick<Wait, 'id' | 'limitMs'>, Sight {
  readonly output: Format
}

/** Watches an action until it ends, then writes what it has come to. Gives the exit code of what came first. */
export async function watch ({ id, limitMs, output, ...sight }: Watch, remote: Remote): Promise<ExitCode> {
  const { action, code } = await waitFor({ id, limitMs, spectator: createSpectator(remote, sight) }, remote)
  if (action === undefined) return code
  remote.out(render(output, action, () => outcomeLines(action, painter(remote))))
  return tellEnd(action, remote)
}

/** What is waited for, and for how long. */
export interface Wait {
  readonly id: string
  readonly spectator: Spectator
  /** Milliseconds; null: for as long as it takes. */
  readonly limitMs: number | null
}

/** How the waiting has ended: with the action's own end, or before. */
export type Waited =
  | { readonly action: ActionDetail, readonly code?: never }
  | { readonly action?: never, readonly code: ExitCode }

/**
 * Waits until the action has ended. Rides over restarts of the agent and tells of them. What ends before, by Ctrl-C or
 * by the limit, is told, and how to go on: the action itself goes on. Rejects where the agent is lost or refuses.
 */
export async function waitFor ({ id, spectator, limitMs }: Wait, remote: Remote): Promise<Waited> {
  const { client, err, signal, lineFor } = remote
  const late = new AbortController()
  const timer = limitMs === null ? null : setLongTimer(() => { late.abort() }, limitMs)
  const trouble = createTroubleTeller(spectator)
  try {
    const seen = client.follow(id, { signal: AbortSignal.any([signal, late.signal]), onTrouble: trouble.tell })
    for await (const action of seen) {
      trouble.pass()
      spectator.saw(action)
      if (action.finished_ts !== null) return { action }
    }
    throw new Error('an action was followed to no end')
  } catch (error) {
    spectator.end()
    if (signal.aborted) {
      err(goesOn(id, lineFor))
      return { code: exitCodes.interrupted }
    }
    if (late.signal.aborted) {
      err(`steward: not over after ${elapsed(limitMs ?? 0)}. ${goesOn(id, lineFor)}`)
      return { code: exitCodes.waitIsOver }
    }
    err(`How it goes on can be seen later: ${lineFor('show', id)}`)
    throw error
  } finally {
    timer?.clear()
    spectator.end()
  }
}

/** The exit code of how an action has ended. */
export function codeOfEnd (action: ActionDetail): ExitCode {
  if (action.state === 'DONE') return exitCodes.ok
  return wasCancelled(action) ? exitCodes.actionCancelled : exitCodes.actionFailed
}

/** Tells on standard error how an action has failed, and gives the exit code of its end. */
export function tellEnd (action: ActionDetail, { err }: Pick<Remote, 'err'>): ExitCode {
  const code = codeOfEnd(action)
  if (code === exitCodes.actionFailed) tellFailure(action, { err })
  if (code === exitCodes.actionCancelled) err(`steward: ${action.id} was cancelled.`)
  return code
}

function goesOn (id: string, lineFor: Remote['lineFor']): string {
  const [watching, ending] = [lineFor('show', id, '--follow'), lineFor('cancel', id)]
  return `The action goes on.\n  ${watching}   to watch it\n  ${ending.padEnd(watching.length)}   to end it`
}

interface TroubleTeller {
  tell (error: Error): void
  /** The agent has answered. */
  pass (): void
}

/** Tells once that the agent is away, however often it is tried again, and that it is back. */
export function createTroubleTeller (spectator: Pick<Spectator, 'remark'>): TroubleTeller {
  let isAway = false
  return {
    tell (error) {
      if (!isAway) spectator.remark(`steward: ${visibleLines(error.message)} Trying again.`)
      isAway = true
    },
    pass () {
      if (isAway) spectator.remark('steward: the agent is back.')
      isAway = false
    }
  }
}
