import { isWellFormed, wellFormed } from '../domain/json.js'
import type { Violation } from '../domain/problem.js'
import { escapePointer } from '../domain/violation.js'
import { isExactNumber } from './exact-number.js'

/** How deep JSON may nest, and how many violations are listed before the inspection ends. */
export interface JsonLimits {
  readonly depth: number
  readonly violations: number
}

interface Inspection {
  readonly text: string
  readonly limits: JsonLimits
  /** Keys and indexes that lead to the current value: what a JSON pointer is made of. */
  readonly path: Array<string | number>
  readonly violations: Violation[]
  /** Characters of pointers that may still be reported: a pointer repeats keys, and keys may be as long as the body. */
  pointerChars: number
  at: number
}

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** What was found. */
export interface Inspected {
  readonly violations: Violation[]
  /** False when the inspection ended early, at one of its limits: behind the last violation nothing is known. */
  readonly complete: boolean
}

/** Ends an inspection early; never leaves this file. */
const enough = Symbol('enough')

/**
 * Walks over JSON text that `JSON.parse` has accepted, which is why nothing is checked for its grammar here, and lists
 * what `JSON.parse` would have altered in silence.
 */
export function inspectJson (text: string, limits: JsonLimits): Inspected {
  const inspection: Inspection = { text, limits, path: [], violations: [], pointerChars: 65_536, at: 0 }
  const { violations } = inspection
  try {
    inspectValue(inspection)
    return { violations, complete: true }
  } catch (reason) {
    if (reason !== enough) throw reason
    return { violations, complete: false }
  }
}

function inspectValue (inspection: Inspection): void {
  skipSpace(inspection)
  switch (inspection.text.charCodeAt(inspection.at)) {
    case openBrace: return inspectObject(inspection)
    case openBracket: return inspectArray(inspection)
    case quote: return inspectString(inspection)
    default: return inspectScalar(inspection)
  }
}

function inspectObject (inspection: Inspection): void {
  enter(inspection)
  const { path, text } = inspection
  const keys = new Set<string>()
  const last = path.push('') - 1
  do {
    inspection.at += 1 // past the brace or the comma
    skipSpace(inspection)
    if (text.charCodeAt(inspection.at) === closeBrace) break
    const key = readKey(inspection, last)
    if (key === '__proto__') report(inspection, 'a key named "__proto__" is not taken')
    else if (keys.has(key)) report(inspection, 'the key occurs more than once')
    keys.add(key)
    skipSpace(inspection)
    inspection.at += 1 // past the colon
    inspectValue(inspection)
    skipSpace(inspection)
  } while (text.charCodeAt(inspection.at) === comma)
  inspection.at += 1
  path.pop()
}

function inspectArray (inspection: Inspection): void {
  enter(inspection)
  const { path, text } = inspection
  const last = path.push(0) - 1
  let index = 0
  do {
    inspection.at += 1
    skipSpace(inspection)
    if (text.charCodeAt(inspection.at) === closeBracket) break
    path[last] = index++
    inspectValue(inspection)
    skipSpace(inspection)
  } while (text.charCodeAt(inspection.at) === comma)
  inspection.at += 1
  path.pop()
}

function readKey (inspection: Inspection, last: number): string {
  const from = inspection.at
  const escaped = skipString(inspection)
  const raw = inspection.text.slice(from, inspection.at)
  const key = escaped ? JSON.parse(raw) as string : raw.slice(1, -1)
  inspection.path[last] = key
  if (escaped && !isWellFormed(key)) report(inspection, 'the key holds half of a surrogate pair')
  return key
}

function inspectString (inspection: Inspection): void {
  const from = inspection.at
  if (!skipString(inspection)) return
  const value = JSON.parse(inspection.text.slice(from, inspection.at)) as string
  if (!isWellFormed(value)) report(inspection, 'holds half of a surrogate pair')
}

/** Moves past a string. True when it holds an escape: in UTF-8 half a surrogate pair cannot be written without one. */
function skipString (inspection: Inspection): boolean {
  const { text } = inspection
  let at = inspection.at + 1
  let escaped = false
  for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) {
    if (code === backslash) {
      escaped = true
      at += 1
    }
    at += 1
  }
  inspection.at = at + 1
  return escaped
}

/** A number, or one of `true`, `false` and `null`. */
function inspectScalar (inspection: Inspection): void {
  const { text } = inspection
  const from = inspection.at
  let at = from
  while (at < text.length && !endsScalar(text.charCodeAt(at))) at += 1
  inspection.at = at
  if (text.charCodeAt(from) >= 0x61) return
  if (!isExactNumber(text.slice(from, at))) report(inspection, 'is a number that cannot be kept exactly; send it as a string')
}

function endsScalar (code: number): boolean {
  return code <= 0x20 || code === comma || code === closeBracket || code === closeBrace
}

function skipSpace (inspection: Inspection): void {
  while (inspection.text.charCodeAt(inspection.at) <= 0x20) inspection.at += 1
}

function enter (inspection: Inspection): void {
  if (inspection.path.length < inspection.limits.depth) return
  report(inspection, `is nested deeper than ${inspection.limits.depth} levels`)
  throw enough
}

function report (inspection: Inspection, detail: string): void {
  // A key may be what is wrong: the answer that names it has to be readable.
  const pointer = wellFormed(inspection.path.map(step => `/${escapePointer(step)}`).join(''))
  inspection.violations.push({ pointer, detail })
  inspection.pointerChars -= pointer.length
  if (inspection.violations.length >= inspection.limits.violations || inspection.pointerChars < 0) throw enough
}
