import type { Offset } from '../../../client/model.js'
import { elapsed } from '../../../elapsed.js'
import { bytesInWords } from '../../../progress/measure.js'
import { shortCount } from '../../parts/plot-scale.js'
import { visibleText } from '../../parts/visible-text.js'

/** An attribute of a datastore, for people. */
export interface Fact {
  readonly name: string
  readonly text: string
  /** The figure itself, where the text rounds it; else null. */
  readonly exact: string | null
  /** A moment, RFC 3339, to be shown in the viewer's zone instead of the text; else null. */
  readonly at: string | null
}

type Value = boolean | number | string | null

/** Reads an attribute by the ending of its name, as our drivers call them; a moment by its look. */
export function factOf (attribute: string, value: Value): Fact {
  const plain = { name: wordsOf(attribute), exact: null, at: null }
  if (value === null) return { ...plain, text: 'none' }
  if (typeof value === 'boolean') return { ...plain, text: value ? 'yes' : 'no' }
  if (typeof value === 'number') {
    return measured(attribute, value) ?? { ...plain, text: isName(attribute) ? String(value) : digits(value) }
  }
  if (isMoment(value)) return { ...plain, name: wordsOf(attribute.replace(/_ts$/, '')), text: value, at: value }
  return { ...plain, text: value === '' ? 'empty' : visibleText(value) }
}

function measured (attribute: string, value: number): Fact | null {
  const [, stem = '', unit] = /^(.+)_(bytes|seconds|ms)$/.exec(attribute) ?? []
  if (unit === undefined || value < 0) return null
  const fact = { name: wordsOf(stem), exact: `${digits(value)} ${unit}`, at: null }
  if (unit === 'bytes') return { ...fact, text: bytesInWords(value) }
  const ms = unit === 'ms' ? value : value * 1000
  // A part of a millisecond would be cut.
  if (ms < 1000) return { ...fact, text: `${digits(value)} ${unit === 'ms' ? 'ms' : 's'}`, exact: null }
  return { ...fact, text: elapsed(ms) }
}

/** `system_identifier` and `max-connections` in words. */
export function wordsOf (name: string): string {
  return visibleText(name.replace(/[_.-]+/g, ' ').trim() || name)
}

/** Numbers that name something and count nothing. */
function isName (attribute: string): boolean {
  return /(^|_)(id|identifier|oid|pid|port)$/.test(attribute)
}

function isMoment (text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text))
}

/** A number with every digit that it has. */
function digits (value: number | bigint): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 20 })
}

/** A position, exactly: `1,234,567 changes`. */
export function offsetInWords ({ value, unit }: Offset): string {
  return `${digits(value)} ${wordsOf(unit)}`
}

/** How far something is behind: `0 s`, `350 ms`, `3m 04s`, `1,234 offset`. Times beyond a minute are rounded. */
export function lagInWords ({ value, unit }: Offset): string {
  if (unit !== 'seconds' && unit !== 'milliseconds') return offsetInWords({ value, unit })
  const ms = unit === 'seconds' ? Number(value) * 1000 : Number(value)
  if (unit === 'milliseconds' && ms < 1000) return `${digits(value)} ms`
  return unit === 'seconds' && ms < 60_000 ? `${digits(value)} s` : elapsed(ms)
}

/** The same for a figure of a plot's axis: short. */
export function lagTick (value: number, unit: string): string {
  if (unit !== 'seconds' && unit !== 'milliseconds') return shortCount(value)
  return value === 0 ? '0' : lagInWords({ value, unit }).replace(/ 00[ms]$/, '')
}
