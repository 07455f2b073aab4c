import fc, { type Arbitrary } from 'fast-check'
import type { JsonSchema, JsonValue } from '../../src/domain/json.js'
import { isJsonObject } from '../../src/domain/json.js'
import { anyJson, anyText, instantText } from './odd-values.js'

/** What a schema alone does not say. */
export interface Meanings {
  /** Values for a property, by its name, wherever it stands: they fit, and mean something to the server. */
  readonly byName?: Readonly<Record<string, Arbitrary<JsonValue>>>
  /** What a `$ref` names. */
  readonly resolve?: (reference: string) => JsonSchema
}

/**
 * Values that fit a schema. Knows the keywords that this project uses; of rules that it does not know (`not`, `if`) the
 * values may break some, so callers who need certainty filter with a validator.
 */
export function fitting (schema: JsonSchema, meanings: Meanings = {}): Arbitrary<JsonValue> {
  const whole = withReference(schema, meanings)
  if (whole['const'] !== undefined) return fc.constant(whole['const'] as JsonValue)
  if (Array.isArray(whole['enum'])) return fc.constantFrom(...whole['enum'] as JsonValue[])
  for (const keyword of ['oneOf', 'anyOf'] as const) {
    const { [keyword]: branches, ...rest } = whole
    if (!Array.isArray(branches)) continue
    const withRest = (branch: JsonSchema): JsonSchema => merged(rest, withReference(branch, meanings))
    return fc.oneof(...(branches as JsonSchema[]).map(branch => fitting(withRest(branch), meanings)))
  }
  if (Array.isArray(whole['allOf'])) {
    const { allOf, ...rest } = whole
    return fitting((allOf as JsonSchema[]).filter(part => part['if'] === undefined).reduce(merged, rest), meanings)
  }
  const types = [whole['type'] ?? (whole['properties'] === undefined ? [] : 'object')].flat() as string[]
  if (types.length === 0) return anyJson
  return fc.oneof(...types.map(type => ofType(type, whole, meanings)))
}

function withReference (schema: JsonSchema, { resolve }: Meanings): JsonSchema {
  const { $ref: reference, ...rest } = schema
  if (typeof reference !== 'string') return schema
  if (resolve === undefined) throw new Error(`nothing resolves ${reference}`)
  return { ...resolve(reference), ...rest }
}

/** Both schemas at once, as far as it can be said by one. */
function merged (one: JsonSchema, other: JsonSchema): JsonSchema {
  const lists = [one, other].flatMap(({ required }) => Array.isArray(required) ? required as string[] : [])
  return {
    ...one,
    ...other,
    ...lists.length === 0 ? {} : { required: [...new Set(lists)] },
    ...one['properties'] === undefined && other['properties'] === undefined
      ? {}
      : { properties: { ...one['properties'] as object, ...other['properties'] as object } }
  }
}

function ofType (type: string, schema: JsonSchema, meanings: Meanings): Arbitrary<JsonValue> {
  switch (type) {
    case 'null': return fc.constant(null)
    case 'boolean': return fc.boolean()
    case 'integer': return integers(schema)
    case 'number': return fc.oneof(integers(schema), decimals(schema))
    case 'string': return texts(schema)
    case 'array': return lists(schema, meanings)
    case 'object': return objects(schema, meanings)
    default: throw new Error(`a type that JSON Schema does not have: ${type}`)
  }
}

const numberOf = (schema: JsonSchema, keyword: string, otherwise: number): number => {
  const value = schema[keyword]
  return typeof value === 'number' ? value : otherwise
}

function integers (schema: JsonSchema): Arbitrary<number> {
  const min = Math.ceil(numberOf(schema, 'minimum', Number.MIN_SAFE_INTEGER))
  const max = Math.floor(numberOf(schema, 'maximum', Number.MAX_SAFE_INTEGER))
  const near = fc.integer({ min, max: Math.min(max, min + 20) })
  return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max), near)
}

function decimals (schema: JsonSchema): Arbitrary<number> {
  const min = numberOf(schema, 'minimum', -Number.MAX_VALUE)
  return fc.double({ min, max: numberOf(schema, 'maximum', Number.MAX_VALUE), noNaN: true })
}

/** Characters of a text whose schema knows no bound: several of them fit into a URL. */
const longestUnbounded = 1000

/** Texts of more characters than this are made of one character. */
const longestRandom = 64

function texts (schema: JsonSchema): Arbitrary<string> {
  if (schema['format'] === 'uuid') return fc.uuid()
  if (schema['format'] === 'date-time') return instantText
  const minLength = numberOf(schema, 'minLength', 0)
  const maxLength = numberOf(schema, 'maxLength', longestUnbounded)
  const { pattern } = schema
  const random = typeof pattern === 'string'
    ? matching(pattern)
    : anyText({ minLength, maxLength: Math.min(maxLength, minLength + longestRandom) })
  const fits = (text: string): boolean => {
    const { length } = [...text]
    const matches = typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)
    return length >= minLength && length <= maxLength && matches
  }
  const usual = { weight: 8, arbitrary: random.filter(fits) }
  const edges = ['a'.repeat(minLength), 'z'.repeat(maxLength)].filter(fits)
  return fc.oneof(usual, ...edges.map(edge => ({ weight: 1, arbitrary: fc.constant(edge) })))
}

/** Patterns that look around are beyond what can be generated: plain names are tried, the caller looks which fit. */
function matching (pattern: string): Arbitrary<string> {
  if (/\(\?<?[=!]/.test(pattern)) return fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/)
  return fc.stringMatching(new RegExp(pattern, 'u'), { maxLength: longestRandom })
}

function lists (schema: JsonSchema, meanings: Meanings): Arbitrary<JsonValue> {
  const minLength = numberOf(schema, 'minItems', 0)
  const item = isJsonObject(schema['items']) ? fitting(schema['items'], meanings) : anyJson
  const maxLength = Math.min(numberOf(schema, 'maxItems', 4), minLength + 4)
  return schema['uniqueItems'] === true
    ? fc.uniqueArray(item, { minLength, maxLength, selector: value => JSON.stringify(value) })
    : fc.array(item, { minLength, maxLength })
}

function objects (schema: JsonSchema, { byName = {}, ...meanings }: Meanings): Arbitrary<JsonValue> {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema | boolean>
  const required = (schema['required'] ?? []) as string[]
  const model: Record<string, Arbitrary<JsonValue>> = {}
  for (const [name, property] of Object.entries(properties)) {
    if (property === false) continue
    const known = Object.hasOwn(byName, name) ? byName[name] : undefined
    model[name] = known ?? (property === true ? anyJson : fitting(property, { byName, ...meanings }))
  }
  for (const name of required) model[name] ??= byName[name] ?? anyJson
  const named = fc.record(model, { requiredKeys: required })
  const { additionalProperties: more } = schema
  if (more === undefined || more === false) return named
  const value = more === true ? anyJson : fitting(more as JsonSchema, { byName, ...meanings })
  const others = fc.dictionary(namesOf(schema), value, { maxKeys: Math.min(3, numberOf(schema, 'maxProperties', 3)) })
  return fc.tuple(others, named).map(([first, second]) => ({ ...first, ...second }))
}

function namesOf ({ propertyNames }: JsonSchema): Arbitrary<string> {
  const shape = isJsonObject(propertyNames) ? texts(propertyNames) : anyText({ maxLength: 12 })
  return shape.filter(name => name !== '__proto__')
}
