import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { overscan, placeAfter, rangeOf, type Range } from './window.js'

interface Drawn {
  readonly range: Range
  /** Pixels. */
  readonly rowHeight: number
}

interface Following extends Drawn {
  /** To be called when the element has scrolled. */
  readonly follow: () => void
}

/** The height of a row until one was measured, in pixels. */
const usualHeight = 40

/**
 * Which rows of a scrolling element are to be drawn. Rows are `.rows > .row`. Where rows above what is seen go away, it
 * scrolls with them; only who is at the head stays there.
 */
export function useRange (
  element: RefObject<HTMLElement | null>, rows: ReadonlyArray<{ readonly id: string }>
): Following {
  const [drawn, setDrawn] = useState<Drawn>({ range: { from: 0, to: overscan * 2 }, rowHeight: usualHeight })
  /** As it was drawn last: the browser scrolls by itself when the rows have become fewer than fit. */
  const last = useRef({ rows, top: 0 })

  const follow = (): void => {
    const box = element.current
    if (box === null) return
    last.current.top = box.scrollTop
    setDrawn(before => {
      const rowHeight = box.querySelector('.rows > .row')?.getBoundingClientRect().height ?? before.rowHeight
      const count = last.current.rows.length
      const range = rangeOf({ top: box.scrollTop, height: box.clientHeight, rowHeight, count })
      const isSame = range.from === before.range.from && range.to === before.range.to && rowHeight === before.rowHeight
      return isSame ? before : { range, rowHeight }
    })
  }

  useLayoutEffect(() => {
    const { rows: before, top } = last.current
    last.current = { rows, top }
    if (element.current !== null && top > 0 && before !== rows) {
      const place = Math.floor(top / drawn.rowHeight)
      const moved = placeAfter(before, rows, place) - place
      if (moved !== 0) element.current.scrollTop = top + moved * drawn.rowHeight
    }
  }, [rows])

  // Also after the first rows were drawn: only then their height is known.
  useLayoutEffect(follow, [rows, drawn])

  useLayoutEffect(() => {
    if (element.current === null) return
    const observer = new ResizeObserver(follow)
    observer.observe(element.current)
    return () => { observer.disconnect() }
  }, [])

  return { ...drawn, follow }
}
