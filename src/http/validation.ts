import { Ajv } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import { Problem } from '../domain/problem.js'
import { violationsOf } from '../domain/violation.js'
import { parseInstant } from '../rfc3339.js'

/** How many violations one answer lists. */
const violationLimit = 20

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Builds the validators of one scope, from the schemas that were added to it. Bodies are taken as they are; texts
 * from query strings, paths and headers are read as the type that the schema wants. Nothing is removed or filled in.
 */
export function buildValidator (shared: unknown): FastifySchemaCompiler<object> {
  const schemas = Object.values((shared ?? {}) as Record<string, object>)
  const strict = makeAjv({ coerceTypes: false, schemas })
  const coercing = makeAjv({ coerceTypes: 'array', schemas })
  return ({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing).compile(schema)
}

function makeAjv (options: { readonly coerceTypes: false | 'array', readonly schemas: object[] }): Ajv {
  const ajv = new Ajv({ ...options, allErrors: true, useDefaults: false, removeAdditional: false, strictTypes: false })
  ajvFormats.default(ajv)
  ajv.addFormat('uuid', uuid)
  ajv.addFormat('date-time', text => parseInstant(text) !== null)
  ajv.addVocabulary(['example', 'x-examples'])
  return ajv
}

/** What a failed validation is thrown as. */
export function validationProblem (errors: FastifySchemaValidationError[]): Problem {
  return new Problem('invalid-request', { errors: violationsOf(errors.slice(0, violationLimit)) })
}
