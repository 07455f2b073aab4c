import { isSafeNumber, parse } from 'lossless-json'
import { shorten, isJsonObject, type JsonSchema } from '../../domain/json.js'
import { exitCodes } from '../exit-codes.js'
import { CommandTrouble } from './command-trouble.js'

/** Reads a text as a value of one type; undefined: it is none. */
type Read = (text: string, key: string, node: JsonSchema) => unknown

const numberShape = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

const readers: Readonly<Record<string, Read>> = {
  null: text => text === 'null' ? null : undefined,
  boolean: text => text === 'true' ? true : text === 'false' ? false : undefined,
  integer: text => numberShape.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined,
  number: text => numberShape.test(text) && isSafeNumber(text) ? Number(text) : undefined,
  array: readArray,
  object: text => fromJson(text, isJsonObject),
  string: text => text
}

const inWords: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  array: 'a list: JSON, or values with commas between them',
  object: 'a JSON object',
  string: 'text'
}

/**
 * The value that a text means where the schema says so much of it. Throws `CommandTrouble` for a text that means none
 * that the schema takes.
 */
export function valueOf (key: string, text: string, node: JsonSchema): unknown {
  const choices = choicesOf(node)
  if (choices !== null) return chosen(key, text, choices)
  const types = typesOf(node)
  // A type that is not known here is the affair of the agent.
  if (types.length === 0 || !types.every(type => Object.hasOwn(readers, type))) return guessed(text)
  for (const type of Object.keys(readers).filter(type => types.includes(type))) {
    const value = readers[type]?.(text, key, node)
    if (value !== undefined) return value
  }
  throw wrong(key, types.map(type => inWords[type]).join(', or '), text)
}

function typesOf ({ type, properties, items }: JsonSchema): string[] {
  if (typeof type === 'string') return [type]
  if (Array.isArray(type)) return type.map(String)
  return properties !== undefined ? ['object'] : items !== undefined ? ['array'] : []
}

function choicesOf (node: JsonSchema): readonly unknown[] | null {
  if (Array.isArray(node['enum'])) return node['enum']
  return Object.hasOwn(node, 'const') ? [node['const']] : null
}

function chosen (key: string, text: string, choices: readonly unknown[]): unknown {
  const asText = (choice: unknown): string => typeof choice === 'string' ? choice : JSON.stringify(choice)
  const found = choices.findIndex(choice => asText(choice) === text)
  if (found < 0) throw wrong(key, `one of ${choices.map(asText).join(', ')}`, text)
  return choices[found]
}

/** JSON, or values with commas between them; the empty text is the empty list. */
function readArray (text: string, key: string, { items }: JsonSchema): unknown {
  if (/^\s*\[/.test(text)) return fromJson(text, Array.isArray)
  if (text === '') return []
  return text.split(',').map((item, at) => valueOf(`${key}[${at}]`, item, isJsonObject(items) ? items : {}))
}

/** JSON where it is some, else the text. A number that would lose digits stays text. */
function guessed (text: string): unknown {
  if (numberShape.test(text)) return isSafeNumber(text) ? Number(text) : text
  return fromJson(text, () => true) ?? (text.trim() === 'null' ? null : text)
}

/** Undefined for what is no JSON, or not of the form that is asked for. */
function fromJson (text: string, isWanted: (value: unknown) => boolean): unknown {
  try {
    const value = exactJson(text)
    return isWanted(value) ? value : undefined
  } catch (error) {
    if (error instanceof CommandTrouble) throw error
    return undefined
  }
}

/** The value of a JSON text. Throws `CommandTrouble` where a number would lose digits, `SyntaxError` for no JSON. */
export function exactJson (text: string): unknown {
  return parse(text, undefined, digits => {
    if (isSafeNumber(digits)) return Number(digits)
    throw new CommandTrouble(exitCodes.usage, `the number ${shorten(digits)} cannot be held exactly; send it as text.`)
  })
}

function wrong (key: string, wanted: string, text: string): CommandTrouble {
  return new CommandTrouble(exitCodes.usage, `${key} must be ${wanted}, not "${shorten(text)}".`)
}
