import { isJsonObject, isWellFormed } from '../../domain/json.js'
import type { JsonObject, JsonSchema, JsonValue } from '../../domain/json.js'

/**
 * How deep a default may be nested, and how deep they are looked for. ActiveWorkflow does not start when an answer is
 * nested deeper than 100.
 */
const mostLevels = 50

/**
 * The arguments that a schema proposes: its own `default`, filled up with those of its properties, at every level. A
 * property that is an object without a `default` is proposed where its properties have some, and with them all that it
 * requires. What ActiveWorkflow could not read is left out: deep nesting, and text that is not Unicode.
 *
 * A new object; nothing in it is shared with the schema, and no key is `__proto__`.
 */
export function defaultArgs (schema: JsonSchema): JsonObject {
  const proposed = proposal({ schema, level: 0 })
  return isJsonObject(proposed) ? proposed : {}
}

interface Place {
  readonly schema: JsonSchema
  readonly level: number
  /** What the default of a schema around this one says of it. */
  readonly given?: JsonValue | undefined
}

function proposal ({ schema, level, given }: Place): JsonValue | undefined {
  const { default: own, properties } = schema
  const value = given === undefined ? copied(own, level) : given
  if (!isJsonObject(properties) || level >= mostLevels) return value
  if (value !== undefined && !isJsonObject(value)) return value
  const filled = { ...value }
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property) || !isKey(name)) continue
    const outer = Object.hasOwn(filled, name) ? filled[name] : undefined
    const part = proposal({ schema: property, level: level + 1, given: outer })
    if (part !== undefined) filled[name] = part
  }
  return value !== undefined || level === 0 || isProposed(schema, filled) ? filled : undefined
}

/**
 * Half of an optional object is worse than none: the action would be refused. Of the arguments themselves a message can
 * bring the rest.
 */
function isProposed ({ required }: JsonSchema, filled: JsonObject): boolean {
  const needed: unknown[] = Array.isArray(required) ? required : []
  return Object.keys(filled).length > 0 && needed.every(name => typeof name === 'string' && Object.hasOwn(filled, name))
}

/** A copy; undefined where the value, or a part of it, cannot be carried. */
function copied (value: unknown, level: number): JsonValue | undefined {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'string') return isWellFormed(value) ? value : undefined
  if (typeof value !== 'object' || level >= mostLevels) return undefined
  if (Array.isArray(value)) {
    const items = value.map(item => copied(item, level + 1))
    return items.every(item => item !== undefined) ? items : undefined
  }
  const copy: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    const part = isKey(key) ? copied(item, level + 1) : undefined
    if (part === undefined) return undefined
    copy[key] = part
  }
  return copy
}

function isKey (name: string): boolean {
  return name !== '__proto__' && isWellFormed(name)
}
