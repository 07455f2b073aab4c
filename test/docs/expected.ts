/** What differs from run to run, and what stands for it. */
const patterns: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UUID'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME'],
  [/\bstw_\w+/g, 'TOKEN'],
  [/\b[0-9a-f]{16}-\d+-\d+\b/g, 'CURSOR'],
  [/\b[0-9a-f]{16}-\d+\b/g, 'EVENT'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{12,64}\b/g, 'HEX'],
  [/\b\d+(\.\d+)? ?(ms|s)\b/g, 'DURATION'],
  [/(?<="(\w+_)?ms":)\d+(\.\d+)?/g, '"DURATION"']
]

/** How a document may say that something was left out. */
const leftOut = '...'

/**
 * Why what a command has printed is not what its document shows, else null. Ids, times and durations may differ, JSON
 * may be laid out in another way, and `...` in the document stands for anything: in a line, for lines, or for fields.
 */
export function differenceOf (shown: string, printed: string): string | null {
  const [expected, actual] = [simplify(shown), simplify(printed)]
  const values = [expected, actual].map(parse)
  const same = values.every(value => value !== undefined) ? isLike(values[0], values[1]) : lineUp(expected, actual)
  return same ? null : `the document shows\n${expected}\nand the command printed\n${actual}`
}

function simplify (text: string): string {
  // What curl says of an answer that refuses, beside the answer.
  const lines = text.split('\n').map(line => line.trimEnd()).filter(line => line !== '' && !line.startsWith('curl: (22)'))
  return patterns.reduce((all, [pattern, name]) => all.replace(pattern, name), lines.join('\n'))
}

function lineUp (expected: string, actual: string): boolean {
  const pattern = expected.split('\n').map(line => {
    if (line.trim() === leftOut) return '[^]*?'
    return `${line.split(leftOut).map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/ {2,}/g, ' +')).join('.*')}\n`
  }).join('')
  if (new RegExp(`^${pattern}$`).test(`${actual}\n`)) return true
  // Lines of JSON are values, too.
  const [theirs, ours] = [expected.split('\n'), actual.split('\n')]
  return theirs.length === ours.length && theirs.every((line, at) => {
    const values = [line, ours[at] ?? ''].map(parse)
    return values.every(value => value !== undefined) ? isLike(values[0], values[1]) : line === ours[at]
  })
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isLike (expected: unknown, actual: unknown): boolean {
  if (typeof expected === 'string' && expected.includes(leftOut)) return typeof actual !== 'string' || lineUp(expected, actual)
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object' || actual === null) {
    return expected === actual
  }
  if (Array.isArray(expected) && expected.at(-1) === leftOut) {
    return Array.isArray(actual) && expected.slice(0, -1).every((value, at) => isLike(value, actual[at]))
  }
  const [theirs, ours] = [new Map(Object.entries(expected)), new Map(Object.entries(actual))]
  const isOpen = theirs.delete(leftOut)
  return Array.isArray(expected) === Array.isArray(actual) && (isOpen || theirs.size === ours.size) &&
    [...theirs].every(([name, value]) => ours.has(name) && isLike(value, ours.get(name)))
}
