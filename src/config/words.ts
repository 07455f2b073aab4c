import type { SchemaNode } from '../schema-node.js'

/** What a place of the schema takes, in words that follow "must be". */
export function allowed (node: SchemaNode): string {
  if (node['x-allowed'] !== undefined) return node['x-allowed']
  if (node.enum) return `${node.enum.length > 1 ? 'one of ' : ''}${node.enum.map(value => String(value)).join(', ')}`
  return [node.type ?? []].flat().map(type => typeInWords(type, node)).join(' or ')
}

function typeInWords (type: string, node: SchemaNode): string {
  switch (type) {
    case 'integer': return `a whole number${rangeInWords(node)}`
    case 'number': return `a number${rangeInWords(node)}`
    case 'boolean': return 'true or false'
    case 'array': return node.items?.type === 'string' ? 'a list of texts' : 'a list'
    case 'object': return 'a map of keys and values'
    case 'string': return `a text${lengthInWords(node)}`
    default: return type
  }
}

function rangeInWords ({ minimum, maximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  return minimum === undefined ? '' : ` of at least ${minimum}`
}

function lengthInWords ({ minLength = 0, maxLength }: SchemaNode): string {
  if (maxLength !== undefined) return ` of ${minLength} to ${maxLength} characters`
  return minLength > 0 ? ' that is not empty' : ''
}

/** A value as messages show it: short, and without secrets. */
export function shown (value: unknown, node: SchemaNode): string {
  if (node['x-secret']) return 'the value given'
  const masked = JSON.stringify(withoutCredentials(value), (key, item: unknown) => namesSecret(key) ? '***' : item)
  const text = masked ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/** A whole map that is in the wrong place has its secrets in it. */
function namesSecret (key: string): boolean {
  return /password|passphrase|secret|token/i.test(key)
}

/** The same value with the user and password of URLs replaced by `***`. */
export function withoutCredentials (value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@]*@/gi, '$1***@')
  if (Array.isArray(value)) return value.map(withoutCredentials)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutCredentials(item)]))
}
