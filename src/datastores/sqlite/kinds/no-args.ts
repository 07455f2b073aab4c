import type { JsonSchema } from '../../../domain/json.js'

/** Schema of the arguments of a kind that takes none. */
export const noArgs: JsonSchema = { type: 'object', properties: {}, additionalProperties: false }
