import type { ReadonlySignal } from '@preact/signals'
import type { TransitionEvent } from '../../client/events.js'
import type { StewardClient } from '../../client/model.js'
import { readBoard, readDepth, readDetails, readStretch } from './board-reads.js'
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

/** What is asked because of events is asked at most once in so many milliseconds. */
const calmMs = { details: 400, depth: 1000 }

const everything: Changes = { waiting: true, running: true, ended: true }

/** Makes the board. Reads nothing yet. */
export function createBoard ({ client, live, heed }: Parts): Board {
  const { told, show, ...shown } = createBoardSignals()
  const { read, hear: keep, drop, ...reads } = createNewestRead(heed)
  let board = emptyBoard()
  /** Where the unread part of the queue begins. */
  let next: string | null = null
  let hasBegun = false
  /** From when on (RFC 3339) some are looked at of which too little is known. */
  let looked: string | null = null

  function publish (changes: Changes): void {
    show(board, changes)
    if (!shown.isRead.peek()) return
    if (!board.isWhole) depth.soon()
    if (shown.running.peek().some(({ requester }) => requester === null)) details.soon()
  }

  const depth = createCalm(calmMs.depth, async () => {
    await readDepth(client).then(read => { told.value = read }, heed)
  })

  const details = createCalm(calmMs.details, async () => {
    const since = looked
    looked = null
    await readDetails(client, { since }).then(read => { show(board, takeDetails(board, read)) }, heed)
  })

  function reload (): void {
    const atLeast = board.waiting.size
    read(signal => readBoard(client, { atLeast, signal }), ({ next: place, ...snapshot }, since) => {
      board = boardOf(snapshot)
      next = place
      takeEvents(board, since)
      shown.isRead.value = true
      publish(everything)
    })
  }

  return {
    ...shown,
    ...reads,
    reload,
    forget () {
      drop()
      board = emptyBoard()
      next = looked = null
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
    readOn () {
      const cursor = next
      if (cursor === null || reads.isReading.peek()) return
      read(signal => readStretch(client, { cursor, signal }), ({ next: place, ...stretch }, since) => {
        takeWaiting(board, stretch)
        next = place
        takeEvents(board, since)
        publish(everything)
      })
    },
    look (actions) {
      looked = actions.find(({ requester }) => requester === null)?.scheduled ?? null
      if (looked !== null) details.soon()
    },
    noteCancel (id) { show(board, takeCancel(board, id)) }
  }

  function hear (events: readonly TransitionEvent[]): void {
    keep(events)
    publish(takeEvents(board, events))
  }
}
