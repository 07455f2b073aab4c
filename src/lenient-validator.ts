import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import { idShape } from './domain/action.js'
import { parseInstant } from './rfc3339.js'

/**
 * Compiles the schemas of a protocol's routes. Nothing is coerced, removed or filled in, whatever the server's own
 * validator does, and unknown keywords are refused. Formats: `uuid`, and `date-time` with any offset.
 */
export function createLenientValidator (): (route: { readonly schema: unknown }) => ValidateFunction {
  const ajv = new Ajv({ allErrors: false, strict: true, allowUnionTypes: true })
  ajv.addFormat('uuid', idShape)
  ajv.addFormat('date-time', text => parseInstant(text) !== null)
  return ({ schema }) => ajv.compile(schema as object)
}
