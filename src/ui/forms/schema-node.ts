import { isJsonObject, type JsonObject } from '../../domain/json.js'

/** A place in a schema as an object: `true` and what is no schema at all allow anything, and say nothing. */
export function nodeOf (schema: unknown): JsonObject {
  return isJsonObject(schema) ? schema : {}
}

/** References that lead to references are followed so far. */
const longestChain = 8

/** A place in a schema with what it refers to (`#/$defs/name`) beside what it says itself. */
export function resolved (schema: unknown, root: unknown): JsonObject {
  let node = nodeOf(schema)
  for (let steps = 0; typeof node['$ref'] === 'string' && steps < longestChain; steps++) {
    const { $ref: reference, ...own } = node
    if (typeof reference !== 'string' || !reference.startsWith('#')) break
    node = { ...nodeOf(valueAt(root, reference.slice(1))), ...own }
  }
  return node
}

/** The steps that a JSON pointer (RFC 6901) consists of. */
export function stepsOf (pointer: string): string[] {
  return pointer.split('/').slice(1).map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value that a JSON pointer leads to; undefined where there is none. */
export function valueAt (value: unknown, pointer: string): unknown {
  return stepsOf(pointer).reduce(memberOf, value)
}

/** A member of an object, or an entry of a list; undefined where there is none. */
export function memberOf (value: unknown, step: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
  return (value as Readonly<Record<string, unknown>>)[step]
}

interface Tag {
  readonly name: string
  /** Its value in each of the forms, in their order. */
  readonly values: readonly unknown[]
}

/** The member that tells the forms of a `oneOf` or `anyOf` apart: each has it as another constant. Null: none does. */
export function tagOf (node: JsonObject, root: unknown): Tag | null {
  const forms = formsOf(node)?.map(form => nodeOf(resolved(form, root)['properties']))
  if (forms?.[0] === undefined) return null
  const said = nodeOf(node['discriminator'])['propertyName']
  const names = typeof said === 'string' ? [said] : Object.keys(forms[0])
  for (const name of names) {
    const values = forms.map(form => nodeOf(form[name])['const'])
    const areConstants = values.every(value => value !== undefined && !isJsonObject(value))
    if (areConstants && new Set(values).size === values.length) return { name, values }
  }
  return null
}

/** The forms that a value may have; null where the schema does not list any. */
export function formsOf ({ oneOf, anyOf }: JsonObject): readonly unknown[] | null {
  return [oneOf, anyOf].find(Array.isArray) ?? null
}
