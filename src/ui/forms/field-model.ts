import type { JsonObject, JsonValue } from '../../domain/json.js'
import type { Field, GroupField, Member, Option, ScalarField, ScalarType } from './field.js'
import { formsOf, nodeOf, resolved, tagOf } from './schema-node.js'

/** Fields inside one another, beyond which JSON is written. */
const deepest = 6

/** A text that may be longer than this gets more than a line. */
const lineLength = 1000

interface Place {
  readonly root: unknown
  readonly depth: number
}

/** The field for the values of a JSON Schema. Every schema has one: what none of the others can show is JSON. */
export function fieldOf (schema: unknown): Field {
  return read(schema, { root: schema, depth: 0 })
}

function read (schema: unknown, place: Place): Field {
  const node = resolved(schema, place.root)
  const described = { hint: hintOf(node), fallback: node['default'] }
  const json: Field = { type: 'json', ...described }
  if (place.depth > deepest) return json
  if (node['const'] !== undefined) return { type: 'choice', values: [node['const']], ...described }
  if (Array.isArray(node['enum'])) return { type: 'choice', values: node['enum'], ...described }
  const types = typesOf(node)
  if (types.length === 1 && types[0] === 'boolean') return { type: 'choice', values: [true, false], ...described }
  if (types.length > 0 && types.every(isScalar)) return scalar(node, types)
  if (types.length > 1) return json
  const inside = { ...place, depth: place.depth + 1 }
  if (types[0] === 'array') return listOf(node, inside) ?? json
  return variant(node, inside) ?? (types[0] === 'object' ? group(node, inside) : null) ?? json
}

function typesOf ({ type, properties, items }: JsonObject): string[] {
  if (type !== undefined) return [type].flat().map(String)
  return properties !== undefined ? ['object'] : items !== undefined ? ['array'] : []
}

const scalarTypes = ['null', 'boolean', 'integer', 'number', 'string']

function isScalar (type: string): type is ScalarType {
  return scalarTypes.includes(type)
}

function scalar (node: JsonObject, types: readonly ScalarType[]): ScalarField {
  const { maxLength } = node
  const long = types.includes('string') && typeof maxLength === 'number' && maxLength > lineLength
  return { type: 'scalar', types, long, hint: hintOf(node), fallback: node['default'] }
}

/** Null for tuples, whose places have forms of their own. */
function listOf (node: JsonObject, place: Place): Field | null {
  const { items } = node
  if (node['prefixItems'] !== undefined || Array.isArray(items)) return null
  return { type: 'list', item: read(items, place), hint: hintOf(node), fallback: node['default'] }
}

/** Null where it has no known members and may have any. */
function group (node: JsonObject, place: Place): GroupField | null {
  const required = Array.isArray(node['required']) ? node['required'] : []
  const members = Object.entries(nodeOf(node['properties'])).filter(([, schema]) => schema !== false)
    .map(([name, schema]): Member => ({ name, required: required.includes(name), field: read(schema, place) }))
  const open = node['additionalProperties'] !== false && node['unevaluatedProperties'] !== false
  if (open && members.length === 0) return null
  return { type: 'group', members, open, hint: hintOf(node), fallback: node['default'] }
}

function variant (node: JsonObject, place: Place): Field | null {
  const tag = tagOf(node, place.root)
  if (tag === null) return null
  const options = formsOf(node)?.map((form, at): Option | null => {
    // What all forms have in common stands beside them.
    const { oneOf, anyOf, discriminator, description, ...common } = node
    const own = resolved(form, place.root)
    const whole = group({ ...common, ...own, properties: { ...nodeOf(common['properties']), ...nodeOf(own['properties']) } }, place)
    if (whole === null) return null
    const others = whole.members.filter(({ name }) => name !== tag.name)
    return { value: tag.values[at] as JsonValue, group: { ...whole, members: others } }
  })
  if (options === undefined || !options.every(option => option !== null)) return null
  return { type: 'variant', tag: tag.name, options, hint: hintOf(node), fallback: node['default'] }
}

/** What the schema says of a value, its rules, and its bounds. */
function hintOf (node: JsonObject): string {
  const rules = Array.isArray(node['allOf']) ? node['allOf'].map(rule => nodeOf(rule)['description']) : []
  const told = [node['description'], ...rules].filter(text => typeof text === 'string').join(' ')
  return [told, boundsOf(node)].filter(text => text !== '').join(' ')
}

function boundsOf (node: JsonObject): string {
  const types = typesOf(node)
  const isOnly = (type: string): boolean => types.length === 1 && types[0] === type
  const parts = [
    isOnly('integer') || isOnly('number') ? range(node, 'minimum', 'maximum') : '',
    types.includes('string') ? atMost(node['maxLength'], 'characters') : '',
    isOnly('array') ? atMost(node['maxItems'], 'entries') : '',
    typeof node['minProperties'] === 'number' ? `Give at least ${node['minProperties']}.` : ''
  ]
  return parts.filter(part => part !== '').join(' ')
}

function range (node: JsonObject, least: string, most: string): string {
  const [from, to] = [node[least], node[most]]
  if (typeof from === 'number' && typeof to === 'number') return `From ${from} to ${to}.`
  if (typeof from === 'number') return `At least ${from}.`
  return typeof to === 'number' ? `At most ${to}.` : ''
}

function atMost (limit: unknown, what: string): string {
  return typeof limit === 'number' ? `At most ${limit} ${what}.` : ''
}
