import { createHash } from 'node:crypto'
import type { KindDescription } from '../../domain/ports/scheduler.js'

/** The class name of the agent type of the whole registry. */
export const wholeRegistryType = 'Steward'

/** Hexadecimal digits that are added at a time to names that are alike. */
const digitsAtOnce = 8

/**
 * The class names of the agent types, by kind. ActiveWorkflow makes Ruby code of them unseen, so each is a capital with
 * letters and digits behind it; each is unique, and none is `Steward` alone.
 *
 * Kinds whose words are the same (`a/b.c` and `a/b-c`) all get a part of their own hash, so that a name depends on
 * which kinds there are, and not on their order.
 */
export function agentTypes (kinds: ReadonlyArray<Pick<KindDescription, 'kind'>>): ReadonlyMap<string, string> {
  const digits = new Map(kinds.map(({ kind }) => [kind, 0]))
  for (;;) {
    const names = new Map([...digits].map(([kind, count]) => [kind, className(kind, count)]))
    const alike = kindsAlike(names)
    if (alike.length === 0) return names
    // A name with a hash can be that of another kind, by chance or by intent: then both get more of it.
    for (const kind of alike) digits.set(kind, (digits.get(kind) ?? 0) + digitsAtOnce)
  }
}

function className (kind: string, digits: number): string {
  const words = kind.match(/[A-Za-z0-9]+/g) ?? []
  const hash = digits === 0 ? '' : createHash('sha256').update(kind).digest('hex')
  return [wholeRegistryType, ...words.map(word => word.charAt(0).toUpperCase() + word.slice(1)), hash.slice(0, digits)].join('')
}

/** The kinds whose name is also that of another kind, or of the whole registry. */
function kindsAlike (names: ReadonlyMap<string, string>): string[] {
  const uses = new Map([[wholeRegistryType, 1]])
  for (const name of names.values()) uses.set(name, (uses.get(name) ?? 0) + 1)
  return [...names].filter(([, name]) => (uses.get(name) ?? 0) > 1).map(([kind]) => kind)
}
