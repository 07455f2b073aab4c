import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useRange } from './use-range.js'
import type { Range } from './window.js'

interface VirtualRowsProps<T> {
  /** Its name for those who hear it. */
  readonly label: string
  readonly rows: readonly T[]
  /** How many rows there are altogether: more than are known where the rest was not read. */
  readonly count: number
  readonly header: ComponentChildren
  /** The cells of a row; called again only when it is another function, or the row or its index is another one. */
  readonly children: (row: T, index: number) => ComponentChildren
  /** Told which rows are seen, whenever those or the rows change. */
  readonly onSeen: (range: Range) => void
}

/**
 * A table of any length, of which only what is seen is drawn. It scrolls in itself, by the keyboard too, and what is
 * read stays where it is when rows above it go away. Every row has the same height, which the style sheet says.
 */
export function VirtualRows<T extends { readonly id: string }> (props: VirtualRowsProps<T>) {
  const { label, rows, count, header, children, onSeen } = props
  const scroller = useRef<HTMLDivElement>(null)
  const { range, rowHeight, follow } = useRange(scroller, rows)
  const [focused, setFocused] = useState<string | null>(null)
  useEffect(() => { onSeen(range) }, [range, rows])
  useKeptFocus(scroller, focused, rows)
  return (
    <div class='scroller' ref={scroller} role='region' aria-label={label} tabIndex={0} onScroll={follow}>
      <div role='table' aria-label={label} aria-rowcount={count + 1}>
        <div role='rowgroup' class='head'><div class='row' role='row' aria-rowindex={1}>{header}</div></div>
        <div
          class='rows' role='rowgroup' style={{ height: `${rows.length * rowHeight}px` }}
          onFocusOut={() => { setFocused(null) }}
        >
          {drawnRows(rows, range, focused).map(({ row, index }) => (
            <Row key={row.id} {...{ row, index, top: index * rowHeight, cells: children }} onFocus={setFocused} />
          ))}
        </div>
      </div>
    </div>
  )
}

interface RowProps<T> {
  readonly row: T
  readonly index: number
  /** Pixels. */
  readonly top: number
  readonly cells: (row: T, index: number) => ComponentChildren
  readonly onFocus: (id: string) => void
}

function Row<T extends { readonly id: string }> ({ row, index, top, cells, onFocus }: RowProps<T>) {
  const drawn = useMemo(() => cells(row, index), [row, index, cells])
  return (
    <div
      class='row' role='row' aria-rowindex={index + 2} style={{ top: `${top}px` }}
      onFocusIn={() => { onFocus(row.id) }}
    >
      {drawn}
    </div>
  )
}

interface Drawn<T> {
  readonly row: T
  readonly index: number
}

/** What is seen, and the row that has the focus, however far it is scrolled away. */
function drawnRows<T extends { readonly id: string }> (
  rows: readonly T[], { from, to }: Range, focused: string | null
): Array<Drawn<T>> {
  const drawn = rows.slice(from, to).map((row, at) => ({ row, index: from + at }))
  if (focused === null || drawn.some(({ row }) => row.id === focused)) return drawn
  const index = rows.findIndex(({ id }) => id === focused)
  const row = rows[index]
  if (row === undefined) return drawn
  return index < from ? [{ row, index }, ...drawn] : [...drawn, { row, index }]
}

/** Gives the focus to the element when it was in a row that is gone: else the keyboard would begin anew. */
function useKeptFocus (
  element: RefObject<HTMLElement | null>, focused: string | null, rows: ReadonlyArray<{ readonly id: string }>
): void {
  useLayoutEffect(() => {
    if (focused === null || document.activeElement !== document.body || rows.some(({ id }) => id === focused)) return
    element.current?.focus({ preventScroll: true })
  }, [rows])
}
