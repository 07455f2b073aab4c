import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import { Problem } from '../domain/problem.js'
import { violationsOf } from '../domain/violation.js'
import { parseInstant } from '../rfc3339.js'
import { violationLimit } from './problem.js'

/** Characters of JSON in which every violation is looked for; in a hostile megabyte there could be half a million. */
const explainedLength = 16 * 1024

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Builds the validators of one scope, from the schemas that were added to it. Bodies are taken as they are; texts
 * from query strings, paths and headers are read as the type that the schema wants. Nothing is removed or filled in.
 */
export function buildValidator (shared: unknown): FastifySchemaCompiler<object> {
  const schemas = Object.values((shared ?? {}) as Record<string, object>)
  const strict = makeAjvs({ coerceTypes: false, schemas })
  const coercing = makeAjvs({ coerceTypes: 'array', schemas })
  return ({ schema, httpPart }) => compile(schema, httpPart === 'body' ? strict : coercing)
}

interface Ajvs {
  /** Stops at the first violation. */
  readonly first: Ajv
  /** Finds all of them. */
  readonly all: Ajv
}

function makeAjvs (options: { readonly coerceTypes: false | 'array', readonly schemas: object[] }): Ajvs {
  const make = (allErrors: boolean): Ajv => {
    const ajv = new Ajv({ ...options, allErrors, useDefaults: false, removeAdditional: false, strictTypes: false })
    ajvFormats.default(ajv)
    ajv.addFormat('uuid', uuid)
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
  let explain: ValidateFunction | undefined
  const validator: Validator = data => {
    if (validate(data)) return true
    validator.errors = validate.errors ?? null
    if (JSON.stringify(data ?? null).length > explainedLength) return false
    explain ??= all.compile(schema)
    explain(data)
    validator.errors = explain.errors ?? null
    return false
  }
  return validator
}

/** What a failed validation is thrown as. */
export function validationProblem (errors: FastifySchemaValidationError[]): Problem {
  return new Problem('invalid-request', { errors: violationsOf(errors.slice(0, violationLimit)) })
}
