import { isJsonObject, shorten, type JsonSchema } from '../../domain/json.js'
import { exitCodes } from '../exit-codes.js'
import { CommandTrouble } from './command-trouble.js'
import { exactJson, valueOf } from './argument-values.js'

/** Arguments that are being put together: by name, and those below a name. */
type Branch = Map<string, Branch | { readonly value: unknown }>

/**
 * The arguments that `key=value` and `key:=json` come to. What the schema of the kind says of a key decides how its
 * value is read; without a word of it, JSON where it is some, else text. A dot in a key leads to an object inside,
 * unless the schema has the key with its dot. Throws `CommandTrouble` for what the schema does not have.
 */
export function argumentsOf (assignments: readonly string[], schema: JsonSchema): unknown {
  const root: Branch = new Map()
  for (const assignment of assignments) {
    const [, key, json, text = ''] = /^([^=]*?)(:?)=(.*)$/s.exec(assignment) ?? []
    if (key === undefined || key === '') {
      throw wrong(`"${shorten(assignment)}" is no argument: it must be key=value, or key:=json.`)
    }
    const path = isJsonObject(schema['properties']) && Object.hasOwn(schema['properties'], key) ? [key] : key.split('.')
    const node = nodeAt(schema, path, key)
    put(root, { path, key, value: json === '' ? valueOf(key, text, node) : jsonOf(text, `the value of ${key}`) })
  }
  return objectOf(root)
}

/** A value in JSON. Throws `CommandTrouble` for what is none, and for numbers that would lose digits. */
export function jsonOf (text: string, what: string): unknown {
  try {
    return exactJson(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw wrong(`${what} is no JSON: ${error.message}.`)
  }
}

/** What the schema says of a place. Throws where it says that there is no such place. */
function nodeAt (schema: JsonSchema, path: readonly string[], key: string): JsonSchema {
  let at: JsonSchema = schema
  for (const name of path) {
    const properties = isJsonObject(at['properties']) ? at['properties'] : {}
    const node = Object.hasOwn(properties, name) ? properties[name] : at['additionalProperties']
    if (node === false) {
      const known = Object.keys(properties)
      throw wrong(`the kind has no argument "${shorten(key)}"${known.length === 0 ? '' : `; it has ${known.join(', ')}`}.`)
    }
    at = isJsonObject(node) ? node : {}
  }
  return at
}

function put (root: Branch, { path, key, value }: { path: readonly string[], key: string, value: unknown }): void {
  let branch = root
  for (const name of path.slice(0, -1)) {
    const next = branch.get(name) ?? new Map() as Branch
    if (!(next instanceof Map)) throw wrong(`${key} is given beside a value of ${name} as a whole.`)
    branch.set(name, next)
    branch = next
  }
  const last = path.at(-1) ?? ''
  if (branch.has(last)) throw wrong(`${key} is given twice.`)
  branch.set(last, { value })
}

function objectOf (branch: Branch): Record<string, unknown> {
  return Object.fromEntries([...branch].map(([name, at]) => [name, at instanceof Map ? objectOf(at) : at.value]))
}

function wrong (message: string): CommandTrouble {
  return new CommandTrouble(exitCodes.usage, message)
}
