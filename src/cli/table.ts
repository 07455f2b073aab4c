import { padTo, widest } from './text-width.js'

/**
 * Rows as lines of text, with the columns below each other. What a terminal would take for a command is written out.
 */
export function formatTable (heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
  const cells = [heads, ...rows].map(row => row.map(visible))
  const widths = heads.map((_, column) => widest(cells.map(row => row[column] ?? '')))
  return cells.map(row => row.map((cell, column) => padTo(cell, widths[column] ?? 0)).join('  ').trimEnd())
}

/** The text with control characters, and those that turn the direction of what follows, written out. */
export function visible (text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, character => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}

/** The same for several lines, which stay lines. */
export function visibleLines (text: string): string {
  return text.split(/\r?\n/).map(visible).join('\n')
}
