/** A JSON Schema, as far as the documents tell of it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly examples?: readonly unknown[]
}

/** What a value has to be, in words. */
export function inWords (schema: Schema): string {
  if (schema.$ref !== undefined) return lastOf(schema.$ref)
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${String(value)}\``).join(', ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  const types = [schema.type ?? []].flat()
  if (types.length === 0) return 'any JSON value'
  return types.map(type => typeInWords(type, schema)).join(' or ')
}

/** The last part of a reference, which is the name of what is referred to. */
export function lastOf (reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

function typeInWords (type: string, schema: Schema): string {
  switch (type) {
    case 'integer': return `whole number${range(schema)}`
    case 'number': return `number${range(schema)}`
    case 'boolean': return 'true or false'
    case 'array': return `list of ${schema.items === undefined ? 'values' : inWords(schema.items)}`
    case 'object': return 'object'
    case 'string': return textInWords(schema)
    default: return type
  }
}

function range ({ minimum, maximum, exclusiveMinimum }: Schema): string {
  const least = exclusiveMinimum === undefined ? minimum : `more than ${exclusiveMinimum}`
  if (least !== undefined && maximum !== undefined) return `, ${least} to ${maximum}`
  if (least !== undefined) return typeof least === 'number' ? `, at least ${least}` : `, ${least}`
  return maximum === undefined ? '' : `, at most ${maximum}`
}

function textInWords ({ format, maxLength }: Schema): string {
  if (format === 'date-time') return 'RFC 3339 time'
  if (format === 'uuid') return 'UUID'
  return maxLength === undefined ? 'text' : `text of at most ${maxLength} characters`
}
