import type { Kind } from '../../../client/model.js'
import { argumentsInWords } from './kind-words.js'

/** Kinds that belong together. */
export interface KindGroup {
  readonly title: string
  readonly kinds: readonly Kind[]
}

/** Those that touch nothing. */
const forTrying = /^(agent\.replicante\.io\/(debug|test)\.|agent\.steward\/test\.)/

const trialTitle = 'For trying and for tests'

/** The kinds that a filter leaves, by what stands before the slash; those for trying come last. */
export function groupsOf (kinds: readonly Kind[], filter: string): KindGroup[] {
  const groups = new Map<string, Kind[]>()
  for (const kind of kinds.filter(each => fits(each, filter))) {
    const title = forTrying.test(kind.kind) ? trialTitle : kind.kind.slice(0, kind.kind.indexOf('/'))
    groups.set(title, [...groups.get(title) ?? [], kind])
  }
  return [...groups].map(([title, members]) => ({ title, kinds: members }))
    .sort((a, b) => Number(a.title === trialTitle) - Number(b.title === trialTitle))
}

/** Every word of the filter is in the name, the summary, or the names of the arguments. */
function fits (kind: Kind, filter: string): boolean {
  const text = `${kind.kind} ${kind.summary} ${argumentsInWords(kind)}`.toLowerCase()
  return filter.toLowerCase().split(/\s+/).every(word => text.includes(word))
}
