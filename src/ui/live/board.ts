import type { ReadonlySignal } from '@preact/signals'
import type { TransitionEvent } from '../../client/events.js'
import type { StewardClient } from '../../client/model.js'
import { createBoardDetails } from './board-details.js'
import { readBoard, readDepth, readStretch } from './board-reads.js'
import { createBoardSignals, type BoardSignals } from './board-signals.js'
import {
  boardOf, emptyBoard, takeCancel, takeDetails, takeEvents, takeWaiting, type Changes, type WaitingAction
} from './board-state.js'
import { createCalm } from './calm.js'
import type { Live } from './live.js'
import { createNewestRead, type NewestRead } from './newest-read.js'

/** What waits, what runs and what has just ended, kept true by events. One for all views. */
export interface Board extends Omit<BoardSignals, 'told' | 'show'>, Pick<NewestRead, 'isReading' | 'error'> {
  readonly isRead: ReadonlySignal<boolean>
  /** Begins; to be called by every view that needs it. */
  begin (): void
  /** Forgets everything: what somebody else may see from now on is read anew, with the stream that opens next. */
  forget (): void
  /** Reads everything anew. What is known stays until then. */
  reload (): void
  /** Reads the next stretch of the queue, where there is one and nothing else is being read. */
  readOn (): void
  /** Tells which of those that wait are looked at: what events did not tell of them is read. */
  look (actions: readonly WaitingAction[]): void
  /** Notes the wish to cancel one that runs: no event tells of it. */
  noteCancel (id: string): void
}

interface Parts {
  readonly client: Pick<StewardClient, 'page' | 'action' | 'activity'>
  readonly live: Pick<Live, 'listen' | 'connection'>
  readonly heed: (error: unknown) => void
}

/** How many wait is asked at most once in so many milliseconds. */
const calmMs = 1000

/** More of the queue is read when fewer of those that were read are left: it may be carried out quickly. */
const fewest = 500

const everything: Changes = { waiting: true, running: true, ended: true }

/** Makes the board. Reads nothing yet. */
export function createBoard ({ client, live, heed }: Parts): Board {
  const { told, show, ...shown } = createBoardSignals()
  const { read, hear: keep, drop, ...reads } = createNewestRead(heed)
  let board = emptyBoard()
  /** Where the unread part of the queue begins. */
  let next: string | null = null
  let hasBegun = false

  function publish (changes: Changes): void {
    show(board, changes)
    if (!shown.isRead.peek()) return
    if (!board.isWhole) depth.soon()
    if (board.waiting.size < fewest && reads.error.peek() === null) readOn()
    if (shown.running.peek().some(({ requester }) => requester === null)) details.soon()
  }

  const depth = createCalm(calmMs, async () => {
    await readDepth(client).then(depth => { told.value = depth }, heed)
  })

  const details = createBoardDetails({ client, heed, take: read => { show(board, takeDetails(board, read)) } })

  /** What was read is on the board; what has come since the read began is told again. */
  function catchUp (since: readonly TransitionEvent[], place: string | null): void {
    next = place
    takeEvents(board, since)
    shown.isRead.value = true
    publish(everything)
  }

  function reload (): void {
    const atLeast = board.waiting.size
    read(signal => readBoard(client, { atLeast, signal }), ({ next: place, ...snapshot }, since) => {
      board = boardOf(snapshot)
      catchUp(since, place)
    })
  }

  function readOn (): void {
    const cursor = next
    if (cursor === null || reads.isReading.peek()) return
    read(signal => readStretch(client, { cursor, signal }), ({ next: place, ...stretch }, since) => {
      takeWaiting(board, stretch)
      catchUp(since, place)
    })
  }

  return {
    ...shown,
    ...reads,
    reload,
    forget () {
      drop()
      board = emptyBoard()
      next = null
      shown.isRead.value = false
      told.value = null
      show(board, everything)
    },
    begin () {
      if (hasBegun) return
      hasBegun = true
      live.listen({ events: hear, resync: reload })
      // A stream that is about to open calls for that itself.
      if (live.connection.peek().state !== 'connecting') reload()
    },
    readOn,
    look: details.look,
    noteCancel (id) { show(board, takeCancel(board, id)) }
  }

  function hear (events: readonly TransitionEvent[]): void {
    keep(events)
    publish(takeEvents(board, events))
  }
}
