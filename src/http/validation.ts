import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import { idShape } from '../domain/action.js'
import { Problem } from '../domain/problem.js'
import { explain, violationLimit, violationsOf } from '../domain/violation.js'
import { parseInstant } from '../rfc3339.js'

/**
 * Builds the validators of one scope, from the schemas that were added to it. Bodies are taken as they are; of query
 * strings, paths and headers, digits are read as a number where the schema wants an integer, and a single value as a
 * list where it wants one. Nothing is removed or filled in.
 */
export function buildValidator (shared: unknown): FastifySchemaCompiler<object> {
  const schemas = Object.values((shared ?? {}) as Record<string, object>)
  const ajvs = makeAjvs(schemas)
  return ({ schema, httpPart }) => {
    const validator = compile(schema, ajvs)
    return httpPart === 'body' ? validator : readingTexts(schema, validator)
  }
}

interface Ajvs {
  /** Stops at the first violation. */
  readonly first: Ajv
  /** Finds all of them. */
  readonly all: Ajv
}

function makeAjvs (schemas: object[]): Ajvs {
  const make = (allErrors: boolean): Ajv => {
    const ajv = new Ajv({ schemas, allErrors, useDefaults: false, removeAdditional: false, strictTypes: false })
    ajvFormats.default(ajv)
    ajv.addFormat('uuid', idShape)
    ajv.addFormat('date-time', text => parseInstant(text) !== null)
    ajv.addVocabulary(['example', 'x-examples'])
    return ajv
  }
  return { first: make(false), all: make(true) }
}

interface Validator {
  (data: unknown): boolean
  errors?: ErrorObject[] | null
}

/** A validator that stops at the first violation, and then looks for the others where that is little work. */
function compile (schema: object, { first, all }: Ajvs): Validator {
  const validate = first.compile(schema)
  let thorough: ValidateFunction | undefined
  const everything = (): ValidateFunction => {
    thorough ??= all.compile(schema)
    return thorough
  }
  const validator: Validator = data => {
    if (validate(data)) return true
    validator.errors = [...explain(data, validate, everything)]
    return false
  }
  return validator
}

/** Few enough digits for any of them to be a number exactly. */
const digits = /^-?\d{1,15}$/

/**
 * Reads texts as the schema wants them, then validates. Not with ajv's own coercion: that takes `0x10`, ` 5` and
 * `1e400` for integers, the last of them beyond every `maximum`.
 */
function readingTexts (schema: object, validator: Validator): Validator {
  const { properties = {} } = schema as { readonly properties?: Readonly<Record<string, { readonly type?: unknown }>> }
  const reading: Validator = data => {
    const texts = data as Record<string, unknown>
    for (const [name, { type }] of Object.entries(properties)) {
      const text = texts[name]
      if (typeof text !== 'string') continue
      if (type === 'integer' && digits.test(text)) texts[name] = Number(text)
      if (type === 'array') texts[name] = [text]
    }
    const isValid = validator(data)
    reading.errors = validator.errors ?? null
    return isValid
  }
  return reading
}

/** What a failed validation is thrown as. */
export function validationProblem (errors: FastifySchemaValidationError[]): Problem {
  return new Problem('invalid-request', { errors: violationsOf(errors.slice(0, violationLimit)) })
}
