/**
 * Whether a glob matches a whole text; `*` stands for any characters, also none, and everything else for itself. The
 * leftmost place is right for each part, so nothing is tried twice: no glob makes this slow.
 */
export function matchesGlob (glob: string, text: string): boolean {
  const [first = '', ...others] = glob.split('*')
  const last = others.pop()
  if (last === undefined) return text === glob
  const end = text.length - last.length
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let from = first.length
  for (const part of others) {
    const found = text.indexOf(part, from)
    if (found < 0 || found + part.length > end) return false
    from = found + part.length
  }
  return true
}
