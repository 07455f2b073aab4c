import { visible } from './table.js'
import { cutTo, widest, widthOf } from './text-width.js'

/** A column of a table that may have to become narrower than its texts. */
export interface Column {
  readonly head: string
  readonly cells: readonly string[]
  /** Left out where the lines are too narrow for all, the last of them first. */
  readonly optional?: boolean
  /** The one column that is cut where that does not suffice, and which part of its texts stays. */
  readonly keep?: 'start' | 'end'
  /** Colours a cell. Its text is final by then. */
  readonly paint?: ((text: string, row: number) => string) | undefined
}

/** A cut text of fewer characters says nothing. */
const leastWidth = 8

/** A table in lines of at most so many columns; null: of any length. What would move a terminal is written out. */
export function fitTable (columns: readonly Column[], lineWidth: number | null): string[] {
  const sized = columns.map(column => {
    const cells = column.cells.map(visible)
    return { ...column, cells, width: widest([column.head, ...cells]) }
  })
  const shown = lineWidth === null ? sized : narrowed(sized, lineWidth)
  const heads = shown.map(column => ({ ...column, paint: undefined, cells: [column.head] }))
  return [
    lineOf(heads, 0, lineWidth ?? Infinity),
    ...(columns[0]?.cells ?? []).map((_, row) => lineOf(shown, row, lineWidth ?? Infinity))
  ]
}

interface Sized extends Column {
  readonly width: number
}

function narrowed (columns: readonly Sized[], lineWidth: number): readonly Sized[] {
  const total = columns.reduce((sum, { width }) => sum + width + 2, -2)
  if (total <= lineWidth) return columns
  const last = columns.findLastIndex(({ optional }) => optional === true)
  const elastic = columns.find(({ keep }) => keep !== undefined)
  const spare = elastic === undefined ? 0 : elastic.width - leastWidth
  if (last >= 0 && total - Math.max(0, spare) > lineWidth) return narrowed(columns.toSpliced(last, 1), lineWidth)
  return columns.map(column => column === elastic
    ? { ...column, width: Math.max(leastWidth, column.width - (total - lineWidth)) }
    : column)
}

/** Where even the least is too much, the line is cut. */
function lineOf (columns: readonly Sized[], row: number, lineWidth: number): string {
  let left = lineWidth
  return columns.map(({ cells, width, keep, paint }) => {
    const text = cutTo(cutTo(cells[row] ?? '', width, keep), left)
    left -= width + 2
    return (paint?.(text, row) ?? text) + ' '.repeat(Math.max(0, width - widthOf(text)))
  }).join('  ').trimEnd()
}
