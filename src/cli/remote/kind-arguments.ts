import { isJsonObject, type JsonSchema } from '../../domain/json.js'

/** One argument of a kind, in words. */
export interface ArgumentRow {
  /** With dots for what is inside another: `steps[].ms` is a member of each item of `steps`. */
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly fallback: string
  readonly description: string
}

/** The arguments of a kind. */
export interface Arguments {
  readonly rows: readonly ArgumentRow[]
  /** Whether others than these are taken. */
  readonly rest: 'free' | 'none'
}

/** What the schema of a kind says of its arguments. Nothing in it is too odd to be told of in some way. */
export function argumentRows (schema: JsonSchema): Arguments {
  return {
    rows: membersOf(schema, ''),
    rest: schema['additionalProperties'] === false ? 'none' : 'free'
  }
}

const deepest = 6

function membersOf (schema: JsonSchema, prefix: string, depth = 0): ArgumentRow[] {
  const properties = schema['properties']
  if (!isJsonObject(properties) || depth > deepest) return []
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return Object.entries(properties).flatMap(([name, raw]) => {
    const node: JsonSchema = isJsonObject(raw) ? raw : {}
    const path = `${prefix}${name}`
    const row = {
      name: path,
      type: typeOf(node),
      required: required.includes(name),
      fallback: node['default'] === undefined ? '-' : JSON.stringify(node['default']),
      description: typeof node['description'] === 'string' ? node['description'] : ''
    }
    const items: JsonSchema = isJsonObject(node['items']) ? node['items'] : {}
    return [row, ...membersOf(node, `${path}.`, depth + 1), ...membersOf(items, `${path}[].`, depth + 1)]
  })
}

/** The type in a few words, with what it is bounded by. */
function typeOf (node: JsonSchema): string {
  if (Array.isArray(node['enum'])) return node['enum'].map(word).join(' | ')
  if (node['const'] !== undefined) return word(node['const'])
  const type = node['type'] ?? (node['properties'] === undefined ? null : 'object')
  if (type === 'array') return `list of ${isJsonObject(node['items']) ? typeOf(node['items']) : 'anything'}`
  const name = Array.isArray(type) ? type.map(String).join(' | ') : typeof type === 'string' ? type : alternatives(node)
  const bounds = [boundsOf(node, 'minimum', 'maximum'), boundsOf(node, 'minLength', 'maxLength', ' characters')]
  return name + bounds.filter(bound => bound !== '').map(bound => `, ${bound}`).join('')
}

function alternatives (node: JsonSchema): string {
  const all = [node['oneOf'], node['anyOf']].find(Array.isArray) as unknown[] | undefined
  const words = new Set(all?.map(each => isJsonObject(each) ? typeOf(each) : 'anything'))
  return words.size === 0 ? 'anything' : [...words].join(' | ')
}

function boundsOf (node: JsonSchema, least: string, most: string, unit = ''): string {
  const [from, to] = [node[least], node[most]]
  if (typeof from === 'number' && typeof to === 'number') return `${from} to ${to}${unit}`
  // That a text must not be empty goes without saying.
  if (typeof from === 'number' && unit === '') return `from ${from}`
  return typeof to === 'number' ? `up to ${to}${unit}` : ''
}

function word (value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
