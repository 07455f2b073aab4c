import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ActionDetail, Transition } from '../../../client/model.js'
import { elapsed } from '../../../elapsed.js'
import { msBetween } from '../../../progress/steps.js'
import { JsonTree } from '../../parts/json-tree.js'
import { StateBadge } from '../../parts/state-badge.js'
import { Time } from '../../parts/time.js'
import { cutText } from '../../parts/visible-text.js'
import { failureFacts } from './failure-facts.js'
import { historyWindow } from './history-window.js'
import { rememberedProgress, wordsOf } from './remembered-progress.js'

/** Every entry of its history, oldest first; of a long one the middle is left out until it is asked for. */
export function ActionHistory ({ action: { history } }: { action: ActionDetail }) {
  const [shownAll, setShownAll] = useState(false)
  const revealed = useRef<HTMLLIElement>(null)
  const { first, hidden } = shownAll ? { first: history.length, hidden: 0 } : historyWindow(history.length)
  // The button is gone: whoever pressed it goes on where it was.
  useEffect(() => { if (shownAll) revealed.current?.focus() }, [shownAll])
  const began = history[0]?.timestamp ?? ''
  const place = historyWindow(history.length).first
  const entries = (from: number, to: number) => history.slice(from, to).map((entry, at) => {
    const number = from + at + 1
    const isFirstRevealed = shownAll && number === place + 1
    const itemRef = isFirstRevealed ? revealed : null
    return <Entry key={number} entry={entry} began={began} number={number} itemRef={itemRef} />
  })
  return (
    <section class='card' aria-labelledby='history'>
      <h2 id='history'>History <span class='quiet'>{history.length} {history.length === 1 ? 'entry' : 'entries'}</span></h2>
      <ol class='history'>
        {entries(0, first)}
        {hidden === 0
          ? null
          : <li key='hidden' class='hidden-entries'><button type='button' onClick={() => { setShownAll(true) }}>Show the {hidden} between</button></li>}
        {entries(first + hidden, history.length)}
      </ol>
    </section>
  )
}

interface EntryProps {
  readonly entry: Transition
  /** When the action began. */
  readonly began: string
  readonly number: number
  readonly itemRef: RefObject<HTMLLIElement | null> | null
}

function Entry ({ entry, began, number, itemRef }: EntryProps) {
  const { timestamp, state, state_payload: payload } = entry
  return (
    <li ref={itemRef} tabIndex={itemRef === null ? undefined : -1}>
      <span class='when'><Time at={timestamp} /> <span class='quiet took'>+{elapsed(msBetween(began, timestamp))}</span></span>
      <StateBadge state={state} />
      <span class='what'>{whatOf(entry)}</span>
      {payload === null ? null : <Payload value={payload} number={number} />}
    </li>
  )
}

/** A tree only once it is asked for: there may be a thousand. */
function Payload ({ value, number }: { value: unknown, number: number }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type='button' class='unfold' aria-expanded={isOpen} onClick={() => { setOpen(!isOpen) }}>
        <span aria-hidden='true'>{isOpen ? '▾' : '▸'}</span> Payload<span class='visually-hidden'> of entry {number}</span>
      </button>
      {isOpen ? <JsonTree value={value} name={`Payload of entry ${number}`} /> : null}
    </>
  )
}

/** So much of what was reported fits into a line of the list. */
const longestWords = 160

function whatOf (entry: Transition): string {
  const error = failureFacts(entry)?.error
  if (typeof error === 'string') return cutText(error, longestWords)
  return cutText(wordsOf(rememberedProgress(entry.state_payload)), longestWords)
}
