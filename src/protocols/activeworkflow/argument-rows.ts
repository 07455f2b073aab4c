import { isJsonObject } from '../../domain/json.js'
import type { JsonSchema } from '../../domain/json.js'
import { code, plainText } from './markdown.js'

/** What the columns of the rows are. */
export const argumentHead = ['Name', 'Value', 'Required', 'Default', 'Description'] as const

/** Values that one cell lists; the schema has the others. */
const mostValues = 10
const longestValue = 60

/** One row of Markdown cells for each property of an argument schema; none where it names no properties. */
export function argumentRows ({ properties, required }: JsonSchema): string[][] {
  if (!isJsonObject(properties)) return []
  const needed: unknown[] = Array.isArray(required) ? required : []
  return Object.entries(properties).map(([name, property]) => {
    const schema: JsonSchema = isJsonObject(property) ? property : {}
    const { default: proposed, description } = schema
    return [
      code(name, longestValue),
      property === false ? 'never' : valuesOf(schema),
      needed.includes(name) ? 'yes' : 'no',
      proposed === undefined ? '' : code(JSON.stringify(proposed), longestValue),
      typeof description === 'string' ? plainText(description) : ''
    ]
  })
}

/** What an argument may be, in a few words; `any` where only the whole schema can tell. */
function valuesOf (schema: JsonSchema): string {
  if (schema['const'] !== undefined) return listed([schema['const']])
  if (Array.isArray(schema['enum'])) return listed(schema['enum'])
  const types = [schema['type'] ?? []].flat().filter(type => typeof type === 'string')
  return types.length === 0 ? 'any' : types.map(type => typeInWords(type, schema)).join(' or ')
}

function listed (values: readonly unknown[]): string {
  const shown = values.slice(0, mostValues).map(value => code(JSON.stringify(value), longestValue))
  return [...shown, ...values.length > mostValues ? ['…'] : []].join(', ')
}

function typeInWords (type: string, schema: JsonSchema): string {
  const word = plainText(type, longestValue)
  switch (type) {
    case 'integer':
    case 'number': return word + range(schema['minimum'], schema['maximum'])
    case 'string': return word + formatOf(schema) + range(schema['minLength'], schema['maxLength'], ' characters')
    case 'array': return word + range(schema['minItems'], schema['maxItems'], ' items')
    default: return word
  }
}

function formatOf ({ format }: JsonSchema): string {
  return typeof format === 'string' ? ` (${plainText(format, longestValue)})` : ''
}

function range (low: unknown, high: unknown, unit: string = ''): string {
  if (typeof low === 'number' && typeof high === 'number') return `, ${low} to ${high}${unit}`
  if (typeof low === 'number') return `, at least ${low}${unit}`
  return typeof high === 'number' ? `, at most ${high}${unit}` : ''
}
