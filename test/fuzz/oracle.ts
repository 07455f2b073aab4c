import addFormats from 'ajv-formats'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { isWellFormed, type JsonSchema, type JsonValue } from '../../src/domain/json.js'
import type { Operation } from './documents.js'

/** What a document says of values, without the help of any code of the agent. */
export interface Oracle {
  /** What is wrong with a request's body, in words; null when it fits. */
  request (operation: Operation, body: JsonValue): string | null
  /** What is wrong with a parameter's text or texts, as they stand in the request; null when they fit. */
  parameter (operation: Operation, name: string, given: string | string[]): string | null
  /** What is wrong with an answer's body, fields that no document names among it; null when it fits. */
  response (operation: Operation, schema: JsonSchema, body: JsonValue): string | null
}

/** Makes an oracle. It compiles each schema once. */
export function createOracle (): Oracle {
  const strict = makeAjv(false)
  const reading = makeAjv('array')
  const compiled = new Map<unknown, ValidateFunction>()
  const check = (ajv: Ajv2020, schema: JsonSchema, make: () => JsonSchema, value: unknown): string | null => {
    const validate = compiled.get(schema) ?? ajv.compile(make())
    compiled.set(schema, validate)
    return validate(value) ? null : ajv.errorsText(validate.errors)
  }
  return {
    request: ({ body, resolve }, value) => {
      if (body === null) return null
      return check(strict, body.schema, () => inlined(body.schema, { resolve, closed: false }), value)
    },
    parameter: ({ parameters, resolve }, name, given) => {
      const schema = parameters.find(parameter => parameter.name === name)?.schema
      if (schema === undefined) return null
      const texts = schema['type'] === 'array' ? [given].flat().flatMap(text => text.split(',')) : given
      const make = (): JsonSchema => ({ properties: { [name]: inlined(schema, { resolve, closed: false }) } })
      return check(reading, schema, make, { [name]: texts })
    },
    response: ({ resolve }, schema, value) => {
      return check(strict, schema, () => inlined(schema, { resolve, closed: true }), value)
    }
  }
}

function makeAjv (coerceTypes: false | 'array'): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: false, coerceTypes })
  addFormats.default(ajv)
  return ajv
}

interface Inlining {
  readonly resolve: Operation['resolve']
  /** Whether objects whose properties are listed have no others, unless their schema says that they may. */
  readonly closed: boolean
}

function inlined (schema: JsonSchema, options: Inlining): JsonSchema {
  return inline(schema, options) as JsonSchema
}

function inline (part: unknown, options: Inlining): unknown {
  if (Array.isArray(part)) return part.map(each => inline(each, options))
  if (part === null || typeof part !== 'object') return part
  const { $ref: reference, ...rest } = part as Record<string, unknown>
  if (typeof reference === 'string') return inline({ ...options.resolve(reference), ...rest }, options)
  const whole = Object.fromEntries(Object.entries(rest).map(([keyword, value]) => [keyword, inline(value, options)]))
  const isOpen = whole['properties'] !== undefined && whole['additionalProperties'] === undefined
  return options.closed && isOpen ? { ...whole, additionalProperties: false } : whole
}

/** Levels of nesting that the agent takes. */
const deepest = 128

/** Whether a value comes back equal from any reader of JSON: whole characters, no `__proto__`, not too deep. */
export function isCarried (value: JsonValue, depth = 0): boolean {
  if (typeof value === 'string') return isWellFormed(value)
  if (value === null || typeof value !== 'object') return true
  if (depth >= deepest) return false
  if (Array.isArray(value)) return value.every(item => isCarried(item, depth + 1))
  return Object.entries(value).every(([key, item]) => key !== '__proto__' && isWellFormed(key) && isCarried(item, depth + 1))
}
