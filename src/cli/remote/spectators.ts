import type { ActionDetail } from '../../client/model.js'
import type { Output, Terminal } from '../actions.js'
import { visible } from '../table.js'
import { cutTo } from '../text-width.js'
import { transitionLine } from './action-text.js'
import { painter } from './colour.js'
import { createLiveLine } from './live-line.js'
import { finishedLine, progressLine, type Now } from './progress-line.js'
import { readProgress } from '../../progress/progress.js'
import { stepsOf, type Step } from '../../progress/steps.js'

/** Shows somebody how an action goes. */
export interface Spectator {
  /** The action has changed; or is seen for the first time. */
  saw (action: ActionDetail): void
  /** Something beside the action. One line. */
  remark (text: string): void
  /** Nothing more is shown. */
  end (): void
}

/** What is shown, and to whom. */
export interface Sight {
  /** Nothing is shown but remarks. */
  readonly silent: boolean
  /** The action was scheduled just now. */
  readonly isNew?: boolean
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Shows how an action goes, on standard error: on a terminal in one line that is drawn again and again, below the steps
 * that are over; elsewhere each transition on a line.
 */
export function createSpectator (output: Output, { silent, isNew = false, env = process.env }: Sight): Spectator {
  if (silent) return { saw () {}, remark: output.err, end () {} }
  const { terminal } = output
  // What calls itself dumb cannot erase a line.
  return terminal?.err === true && env['TERM'] !== 'dumb'
    ? onTerminal({ terminal, isNew, plain: env['TERM'] === 'linux' })
    : onPaper(output)
}

function onPaper ({ err }: Output): Spectator {
  let told = 0
  return {
    saw ({ history }) {
      for (const transition of history.slice(told)) err(transitionLine(transition))
      told = Math.max(told, history.length)
    },
    remark: err,
    end () {}
  }
}

interface Place {
  readonly terminal: Terminal
  readonly isNew: boolean
  readonly plain: boolean
}

function onTerminal ({ terminal, isNew, plain }: Place): Spectator {
  const line = createLiveLine(terminal)
  const paint = painter({ terminal }, 'err')
  const clock = createAgentClock(isNew)
  const columns = (): number => (terminal.columns() || 80) - 1
  let stepsKept: number | null = null

  return {
    saw (action) {
      clock.hear(action)
      if (stepsKept === null) line.keep(cutTo(visible(`${action.id}  ${action.kind}`), columns()))
      // First what goes on: it is drawn again below each line that stays.
      if (action.finished_ts !== null) line.end()
      else line.show((columns, drawing) => progressLine(nowOf(action, { clock, drawing }), { columns, paint, plain }))
      const over = stepsOf(action).filter(isToldOf)
      for (const step of over.slice(stepsKept ?? 0)) line.keep(finishedLine(step, { columns: columns(), paint }))
      stepsKept = over.length
    },
    remark: text => { line.keep(text) },
    end: line.end
  }
}

/** A step that is over stays in view, unless it says nothing, as a run does before its first report. */
function isToldOf ({ tookMs, state, progress: { step, measure, rest } }: Step): boolean {
  return tookMs !== null && (state === 'NEW' || step !== null || measure !== null || rest !== '')
}

interface AgentClock {
  hear (action: ActionDetail): void
  now (): number
}

function nowOf (action: ActionDetail, { clock, drawing }: { clock: AgentClock, drawing: number }): Now {
  const { state, started_ts: started, scheduled_ts: scheduled, state_payload: payload } = action
  return { state, progress: readProgress(payload), elapsedMs: clock.now() - Date.parse(started ?? scheduled), drawing }
}

/**
 * The agent's time, as far as its answers tell: its clock may differ from ours. What has just happened is told at once,
 * what happened before we looked came earlier: so the latest that was heard of is the nearest.
 */
function createAgentClock (isNew: boolean): AgentClock {
  let aheadMs = isNew ? -Infinity : 0
  return {
    hear ({ history, scheduled_ts: scheduled }) {
      aheadMs = Math.max(aheadMs, Date.parse(history.at(-1)?.timestamp ?? scheduled) - Date.now())
    },
    now: () => Date.now() + aheadMs
  }
}
