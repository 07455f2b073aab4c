import { useCallback, useMemo } from 'preact/hooks'
import { replaceQuery, route } from '../frame/route.js'
import type { Board } from '../live/board.js'
import type { WaitingAction } from '../live/board-state.js'
import { CancelButton } from '../parts/cancel-button.js'
import type { Cancellable } from '../parts/cancel-dialog.js'
import { Ago } from '../parts/time.js'
import { Trouble } from '../parts/trouble.js'
import { cutText } from '../parts/visible-text.js'
import { ActionLink, ShortId } from './lists/action-link.js'
import { LazyField } from './lists/lazy-field.js'
import { matchingOf } from './lists/queue-filter.js'
import { useBoard } from './lists/use-board.js'
import { useCancelling } from './lists/use-cancelling.js'
import { VirtualRows } from './lists/virtual-rows.js'
import type { Range } from './lists/window.js'

/** More of the queue is read when so few rows are left below what is seen. */
const nearEnd = 300

/** Everything that waits, in the order in which it will run. */
export function QueuePage () {
  const board = useBoard()
  const filter = route.value.query.get('filter') ?? ''
  const waiting = board.waiting.value
  const { rows, places } = useMemo(() => matchingOf(waiting, filter), [waiting, filter])
  // Told when the filter changes, and not each time that the queue does: that would never end.
  const found = useMemo(() => places === null ? '' : `${rows.length.toLocaleString('en')} found`, [filter])
  const { ask, dialog } = useCancelling()
  const total = board.depth.value?.total ?? waiting.length
  const cells = useCallback((action: WaitingAction, at: number) => (
    <QueueCells action={action} place={places?.[at] ?? at} onAsk={ask} />
  ), [places, ask])
  const seen = ({ from, to }: Range): void => {
    board.look(rows.slice(from, to))
    if (places === null && to > rows.length - nearEnd) board.readOn()
  }
  return (
    <section class='queue'>
      <div class='list-head'>
        <h1>Queue</h1>
        <p class='quiet counted'>{board.isRead.value ? `${total.toLocaleString('en')} waiting` : ''}</p>
        <LazyField
          label='Filter by kind, id, requester or lane' value={filter} findsParts
          onValue={next => { replaceQuery({ filter: next }) }}
        />
      </div>
      <Trouble of={{ error: board.error.value, reload: board.reload }} />
      <VirtualRows
        label='Waiting actions' rows={rows} count={places === null ? Math.max(total, rows.length) : rows.length}
        header={<QueueHeader />} onSeen={seen}
      >
        {cells}
      </VirtualRows>
      <p class='visually-hidden' role='status'>{found}</p>
      <Remark board={board} isFiltered={places !== null} shown={rows.length} total={total} />
      {dialog}
    </section>
  )
}

function QueueHeader () {
  return (
    <>
      <span role='columnheader' class='place'>#</span>
      <span role='columnheader' class='kind'>Kind</span>
      <span role='columnheader' class='id'>Id</span>
      <span role='columnheader' class='requester'>Requester</span>
      <span role='columnheader' class='since'>Scheduled</span>
      <span role='columnheader' class='deed'><span class='visually-hidden'>Cancel</span></span>
    </>
  )
}

interface QueueCellsProps {
  readonly action: WaitingAction
  /** From 0 on. */
  readonly place: number
  readonly onAsk: (action: Cancellable) => void
}

function QueueCells ({ action: { id, kind, lane, requester, scheduled }, place, onAsk }: QueueCellsProps) {
  return (
    <>
      <span role='cell' class='place'>{(place + 1).toLocaleString('en')}</span>
      <span role='cell' class='kind line'><ActionLink id={id} kind={kind} lane={lane} /></span>
      <span role='cell' class='id'><ShortId id={id} /></span>
      <span role='cell' class='requester' title={requester ?? undefined}>{requester === null ? '…' : cutText(requester, 60)}</span>
      <span role='cell' class='since'><Ago at={scheduled} /></span>
      <span role='cell' class='deed'><CancelButton id={id} kind={kind} state='NEW' onAsk={onAsk} /></span>
    </>
  )
}

interface RemarkProps {
  readonly board: Board
  readonly isFiltered: boolean
  readonly shown: number
  readonly total: number
}

/** What is not in the list, and why. Always one line. */
function Remark ({ board, isFiltered, shown, total }: RemarkProps) {
  const known = board.waiting.value.length
  const isWhole = board.isWhole.value
  if (!board.isRead.value) return <p class='quiet remark'>Reading the queue.</p>
  if (known === 0 && isWhole) return <p class='quiet remark'>Nothing waits.</p>
  if (!isFiltered) {
    return <p class='quiet remark'>{isWhole ? '' : `The first ${known.toLocaleString('en')} are read; more come as you scroll.`}</p>
  }
  const words = `${shown.toLocaleString('en')} of ${known.toLocaleString('en')} fit the filter.`
  if (isWhole) return <p class='quiet remark'>{words}</p>
  return (
    <p class='quiet remark'>
      {words} {Math.max(0, total - known).toLocaleString('en')} more were not looked at.{' '}
      <button type='button' class='small' disabled={board.isReading.value} onClick={() => { board.readOn() }}>Look further</button>
    </p>
  )
}
