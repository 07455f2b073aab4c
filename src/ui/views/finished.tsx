import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ActionSummary } from '../../client/model.js'
import { route } from '../frame/route.js'
import { useSession } from '../live/session-context.js'
import { StateBadge } from '../parts/state-badge.js'
import { Time, Took } from '../parts/time.js'
import { Trouble } from '../parts/trouble.js'
import { cutText } from '../parts/visible-text.js'
import { ActionLink } from './lists/action-link.js'
import { FailureLine } from './lists/failure-line.js'
import { clearFilters, Filters } from './lists/filters.js'
import { adviceFor, filterIn, misunderstood, type FinishedFilter } from './lists/finished-filter.js'
import { createFinishedList, type FinishedList } from './lists/finished-list.js'
import { keepPlace, leftPlace } from './lists/left-place.js'

/** Whoever has scrolled no further, in pixels, sees new ones come in on top. */
const topPx = 60

/** What has ended, with filters that the address keeps, and a search. */
export function FinishedPage () {
  const { query } = route.value
  const filter = useMemo(() => filterIn(query), [query.toString()])
  const list = useFinishedList(filter)
  return (
    <section class='finished'>
      <h1>Finished</h1>
      <Filters filter={filter} />
      <Misunderstood names={misunderstood(query)} />
      {list === null ? <div class='list-status' /> : <Found list={list} filter={filter} />}
    </section>
  )
}

/** A link that somebody sent must not show something else in silence. */
function Misunderstood ({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null
  return (
    <p class='error' role='alert'>
      Not understood in the address, and left out: {cutText(names.join(', '), 100)}.
    </p>
  )
}

function useFinishedList (filter: FinishedFilter): FinishedList | null {
  const { client, live, heed } = useSession()
  const [list, setList] = useState<FinishedList | null>(null)
  useEffect(() => {
    const atLeast = leftPlace()?.rows ?? 0
    const made = createFinishedList({ client, live, heed, filter, atLeast, isAtTop: () => scrollY <= topPx })
    setList(made)
    return made.close
  }, [filter])
  return list
}

interface FoundProps {
  readonly list: FinishedList
  readonly filter: FinishedFilter
}

function Found ({ list, filter }: FoundProps) {
  const rows = list.rows.value
  // What another filter has found stays until it is known what this one finds: else all would jump.
  const last = useRef<readonly ActionSummary[]>([])
  if (rows !== null) last.current = rows
  useReturn(list.looking.value === null && rows !== null)
  return (
    <div aria-busy={rows === null}>
      <Status list={list} />
      <Trouble of={{ error: list.error.value, reload: list.reload }} />
      <Rows rows={last.current} onLeave={() => { keepPlace({ rows: last.current.length, top: scrollY }) }} />
      <Foot list={list} filter={filter} />
    </div>
  )
}

/** How the list stands, and what came since, on a line that is always there. */
function Status ({ list }: { list: FinishedList }) {
  const [looking, news, rows] = [list.looking.value, list.news.value, list.rows.value]
  return (
    <div class='list-status'>
      <p class='quiet' role='status'>
        {statusWords({ looking, found: rows?.length ?? 0, hasMore: list.hasMore.value })}
      </p>
      {news === 0
        ? null
        : (
          <button type='button' class='small' onClick={() => { showNews(list) }}>
            {news.toLocaleString('en')} ended since: show
          </button>
          )}
    </div>
  )
}

/** Whoever comes back to the list goes on where it was left, once that is there. */
function useReturn (isRead: boolean): void {
  const left = useRef(leftPlace())
  useLayoutEffect(() => {
    if (!isRead) return
    if (left.current !== null && scrollY === 0) scrollTo(0, left.current.top)
    left.current = null
  }, [isRead])
}

function showNews (list: FinishedList): void {
  scrollTo(0, 0)
  list.reload()
}

interface Standing {
  readonly looking: number | null
  readonly found: number
  readonly hasMore: boolean
}

/** A page looks at 10,000 actions at most. */
function statusWords ({ looking, found, hasMore }: Standing): string {
  if (looking !== null) {
    const far = looking === 0 ? '' : ` Looked through some ${(looking * 10_000).toLocaleString('en')} actions so far.`
    return `Looking for finished actions.${far}`
  }
  return found === 0 ? '' : `${found.toLocaleString('en')} shown${hasMore ? '' : ', that is all'}. Those scheduled last come first.`
}

interface RowsProps {
  readonly rows: readonly ActionSummary[]
  /** Called before a link of a row is followed, and perhaps at other times. */
  readonly onLeave: () => void
}

function Rows ({ rows, onLeave }: RowsProps) {
  if (rows.length === 0) return null
  return (
    <div class='listed' role='table' aria-label='Finished actions' onClick={onLeave}>
      <div role='rowgroup' class='head'>
        <div class='row' role='row'>
          <span role='columnheader' class='how'>State</span>
          <span role='columnheader' class='what'>Action</span>
          <span role='columnheader' class='requester'>Requester</span>
          <span role='columnheader' class='when'>Scheduled</span>
          <span role='columnheader' class='long'>Took</span>
        </div>
      </div>
      <div role='rowgroup' class='rows'>
        {rows.map(action => <FinishedRow key={action.id} action={action} />)}
      </div>
    </div>
  )
}

function FinishedRow ({ action }: { action: ActionSummary }) {
  const { id, kind, lane, state, requester, failure, scheduled_ts: scheduled, started_ts: started } = action
  return (
    <div class='row' role='row'>
      <span role='cell' class='how'><StateBadge state={state} cancelled={failure?.reason === 'cancelled'} /></span>
      <span role='cell' class='what'>
        <span class='line'><ActionLink id={id} kind={kind} lane={lane} /></span>
        <FailureLine failure={failure} />
      </span>
      <span role='cell' class='requester' title={requester}>{cutText(requester, 60)}</span>
      <span role='cell' class='when'><Time at={scheduled} /></span>
      <span role='cell' class='long'>{started === null ? '' : <Took from={started} to={action.finished_ts} />}</span>
    </div>
  )
}

/** What to do where nothing was found, or more is to be seen. */
function Foot ({ list, filter }: FoundProps) {
  const [rows, isLooking, hasMore] = [list.rows.value, list.looking.value !== null, list.hasMore.value]
  const isEmpty = rows?.length === 0 && !isLooking
  const advice = adviceFor(filter)
  return (
    <div class='list-foot'>
      {isEmpty ? <p>{hasMore ? 'Nothing was found yet.' : advice === '' ? 'Nothing has ended yet.' : `Nothing fits. ${advice}`}</p> : null}
      {isEmpty && advice !== '' ? <button type='button' onClick={clearFilters}>Clear all filters</button> : null}
      {!hasMore
        ? null
        : (
          <button type='button' disabled={isLooking} onClick={() => { list.more() }}>
            {isEmpty ? 'Look further' : 'Load more'}
          </button>
          )}
    </div>
  )
}
