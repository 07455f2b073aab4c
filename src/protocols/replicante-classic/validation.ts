import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import { idShape } from '../../domain/action.js'
import { parseInstant } from '../../rfc3339.js'

/**
 * The dialect's own validator: nothing is coerced, removed or filled in, whatever the server's is set to. Unknown
 * fields pass, as in the reference.
 */
export function createValidator (): (route: { readonly schema: unknown }) => ValidateFunction {
  const ajv = new Ajv({ allErrors: false, strict: true, allowUnionTypes: true })
  ajv.addFormat('uuid', idShape)
  ajv.addFormat('date-time', text => parseInstant(text) !== null)
  return ({ schema }) => ajv.compile(schema as object)
}
