import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import { idShape } from '../domain/action.js'
import { Problem } from '../domain/problem.js'
import { explain, violationLimit, violationsOf } from '../domain/violation.js'
import { parseInstant } from '../rfc3339.js'

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

/** What a failed validation is thrown as. */
export function validationProblem (errors: FastifySchemaValidationError[]): Problem {
  return new Problem('invalid-request', { errors: violationsOf(errors.slice(0, violationLimit)) })
}
