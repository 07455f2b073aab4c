import { beginning, isJsonObject } from '../../domain/json.js'
import { cutText, visibleText } from './visible-text.js'

/** A value that has others in it: an array, or an object by its names. */
export interface Container {
  readonly kind: 'array' | 'object'
  readonly size: number
  readonly at: (index: number) => Member
}

/** One value in another, and under which name. */
export interface Member {
  /** Another one for each member. */
  readonly name: string
  /** The name as it is shown: as JSON would write it where it is no plain word. */
  readonly label: string
  readonly value: unknown
}

/** What the value has in it; null for text, numbers and the like. */
export function containerOf (value: unknown): Container | null {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value
    return { kind: 'array', size: list.length, at: index => ({ name: String(index), label: String(index), value: list[index] }) }
  }
  if (!isJsonObject(value)) return null
  const names = Object.keys(value)
  return {
    kind: 'object',
    size: names.length,
    at: index => {
      const name = names[index] ?? ''
      return { name, label: nameInWords(name), value: value[name] }
    }
  }
}

/** Members of a container, from one up to but without another. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Members that are shown together. */
export const pageSize = 100

/**
 * The parts of a range that has more members than are shown together: each of 100, or of 10,000 and so on, so that
 * there are never more than 100 parts. Empty where it is shown at once.
 */
export function pagesOf ({ from, to }: Range): Range[] {
  const size = to - from
  if (size <= pageSize) return []
  let span = pageSize
  while (size / span > pageSize) span *= pageSize
  return Array.from({ length: Math.ceil(size / span) }, (_, page) => {
    const start = from + page * span
    return { from: start, to: Math.min(start + span, to) }
  })
}

/** The longest name that is shown whole. */
const longestName = 100

function nameInWords (name: string): string {
  if (name.length > longestName) return `${quoted(beginning(name, longestName))}…`
  return /^[\w$./:@-]+$/.test(name) ? name : quoted(name)
}

/** A text as JSON writes it, with what is not seen written out as well. */
export function quoted (text: string): string {
  return visibleText(JSON.stringify(text))
}

/** How much of what is in a container is told while it is closed. */
const preview = { members: 4, text: 24 }

/** The first things in a container, on one short line. */
export function previewOf (container: Container): string {
  const shown = Array.from({ length: Math.min(container.size, preview.members) }, (_, index) => container.at(index))
  const words = shown.map(({ label, value }) => container.kind === 'array' ? valueInShort(value) : `${label}: ${valueInShort(value)}`)
  return [...words, ...container.size > preview.members ? ['…'] : []].join(', ')
}

function valueInShort (value: unknown): string {
  if (typeof value === 'string') return cutText(quoted(value.slice(0, preview.text * 2)), preview.text)
  const inside = containerOf(value)
  if (inside === null) return String(value)
  if (inside.size === 0) return inside.kind === 'array' ? '[]' : '{}'
  return inside.kind === 'array' ? '[…]' : `{${firstOf(inside)}}`
}

/** Objects in a list are told apart by what comes first in them: a name, or what is to be done. */
function firstOf (object: Container): string {
  const { label, value } = object.at(0)
  if (containerOf(value) !== null) return '…'
  return `${cutText(label, preview.text)}: ${valueInShort(value)}${object.size > 1 ? ', …' : ''}`
}
