import { readFileSync } from 'node:fs'
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { Path } from '../schema-node.js'
import type { Reading } from './assignment.js'

/** Reads a YAML file. A file that is empty, or holds only comments, sets nothing. */
export function readConfigFile (file: string): Reading {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return refusal(`${file}: cannot be read: ${reasonOf(error)}`)
  }
  return parseConfigFile(file, text)
}

function parseConfigFile (file: string, text: string): Reading {
  const lines = new LineCounter()
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  // The parser goes on after that, and finds hundreds of consequences.
  if (document.errors.some(({ message }) => message.includes('call stack'))) {
    return refusal(`${file}: cannot be used: it is nested too deep`)
  }
  if (document.errors.length > 0) {
    return refusal(...document.errors.map(error => `${place(error.pos[0])}: is not valid YAML: ${error.message}`))
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { assignments: [], lines: [] }
  }
  if (!isMap(document.contents)) return refusal(`${place(0)}: must hold keys and values, for example "bind: 127.0.0.1:8000"`)
  try {
    const at = (path: Path): string => place(offsetOf(document, path))
    const value: unknown = document.toJS()
    if (!hasEnd(value)) return refusal(`${file}: cannot be used: a part of it stands in itself (by an alias)`)
    return { assignments: [{ path: [], value, source: 'file', at }], lines: [] }
  } catch (error) {
    return refusal(`${file}: cannot be used: ${withoutAlias(reasonOf(error))}`)
  }
}

/** False for a value that an alias has put into itself: it has no end. */
function hasEnd (value: unknown): boolean {
  try {
    JSON.stringify(value)
    return true
  } catch {
    return false
  }
}

/** Where the key at a path begins; for a path that the file does not have, the nearest key above it. */
function offsetOf (document: Document, path: Path): number {
  let offset = 0
  let at: unknown = document.contents
  for (const step of path) {
    if (!isMap(at)) break
    const pair = at.items.find(({ key }) => String(isScalar(key) ? key.value : key) === step)
    if (!pair) break
    if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
    at = pair.value
  }
  return offset
}

function refusal (...lines: string[]): Reading {
  return { assignments: [], lines }
}

/** What looks like the name of an alias is likely to be a password that begins with an asterisk, and was not quoted. */
function withoutAlias (reason: string): string {
  return /alias/i.test(reason) ? 'a text that begins with * is an alias in YAML: put it in quotes' : reason
}

function reasonOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
