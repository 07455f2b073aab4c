import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import type { BoardState, Changes, EndedAction, RunningAction, WaitingAction } from './board-state.js'

/** How many wait. */
export interface Depth {
  readonly total: number
  /** By lane; lanes in which nobody waits may be missing. */
  readonly lanes: ReadonlyMap<string, number>
}

/** What views see of a board. A list is another one only when something in it is. */
export interface BoardSignals {
  /** False until the board was read once. */
  readonly isRead: Signal<boolean>
  /** The longest at work first. */
  readonly running: ReadonlySignal<readonly RunningAction[]>
  /** The head of the queue, as far as it was read. */
  readonly waiting: ReadonlySignal<readonly WaitingAction[]>
  /** Whether `waiting` is the whole queue. */
  readonly isWhole: ReadonlySignal<boolean>
  /** The newest first. */
  readonly ended: ReadonlySignal<readonly EndedAction[]>
  /** How many wait, as the agent said last. */
  readonly told: Signal<Depth | null>
  /** How many wait: counted where the queue is known to its end, else as told; null where nobody said. */
  readonly depth: ReadonlySignal<Depth | null>
  /** Shows the parts that have changed. */
  show (board: BoardState, changes: Changes): void
}

/** Makes them, of a board that was not read yet. */
export function createBoardSignals (): BoardSignals {
  const isRead = signal(false)
  const running = signal<readonly RunningAction[]>([])
  const waiting = signal<readonly WaitingAction[]>([])
  const ended = signal<readonly EndedAction[]>([])
  const isWhole = signal(false)
  const told = signal<Depth | null>(null)
  return {
    isRead,
    running,
    waiting,
    isWhole,
    ended,
    told,
    depth: computed(() => isWhole.value ? depthOf(waiting.value) : told.value),
    show (board, changes) {
      batch(() => {
        isWhole.value = board.isWhole
        if (changes.waiting) waiting.value = [...board.waiting.values()]
        if (changes.ended) ended.value = [...board.ended.values()].reverse()
        if (changes.running) {
          running.value = [...board.running.values()].sort((a, b) => Date.parse(a.started) - Date.parse(b.started))
        }
      })
    }
  }
}

function depthOf (waiting: readonly WaitingAction[]): Depth {
  const lanes = new Map<string, number>()
  for (const { lane } of waiting) lanes.set(lane, (lanes.get(lane) ?? 0) + 1)
  return { total: waiting.length, lanes }
}
