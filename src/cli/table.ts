/**
 * Rows as lines of text, with the columns below each other. What a terminal would take for a command is written out.
 */
export function formatTable (heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string[] {
  const cells = [heads, ...rows].map(row => row.map(visible))
  const widths = heads.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  return cells.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd())
}

/** Control characters, and those that turn the direction of what follows, in the words of JSON. */
function visible (text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, character => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}
