/** The candidate that is most like the text, or begins with it; null when none is like it at all. */
export function nearest (text: string, candidates: readonly string[]): string | null {
  const longer = candidates.find(candidate => text !== '' && candidate.startsWith(text))
  if (longer !== undefined) return longer
  let best: string | null = null
  let least = Math.max(3, Math.ceil(text.length / 2))
  for (const candidate of candidates) {
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase())
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

/** How many letters must be put in, taken out or replaced to make one text of the other (Levenshtein). */
function editDistance (from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let line = 1; line <= from.length; line++) {
    const next = [line]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
