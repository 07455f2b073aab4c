/** The part of JSON Schema (draft 7) that settings are described with. */
export interface SchemaNode {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  /** `false`: only the properties above. A schema: a map with names of the reader's choice. */
  readonly additionalProperties?: false | SchemaNode
  readonly propertyNames?: SchemaNode
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly minItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  /** What is allowed, in words, where the keywords alone would not tell a reader. Follows "must be". */
  readonly 'x-allowed'?: string
  /** The value is never printed. */
  readonly 'x-secret'?: boolean
}

/** Where a value is in the configuration: the keys that lead to it. */
export type Path = readonly string[]

/** True for a part that has keys of its own: its values come from several sources, key by key. */
export function isBranch (node: SchemaNode): boolean {
  return node.properties !== undefined || isMap(node)
}

/** True for a part whose keys the reader chooses. */
export function isMap (node: SchemaNode): node is SchemaNode & { readonly additionalProperties: SchemaNode } {
  return typeof node.additionalProperties === 'object'
}

/** The schema of one key of a branch; undefined where there is no such key. */
export function childOf (node: SchemaNode, key: string): SchemaNode | undefined {
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key]
  return isMap(node) ? node.additionalProperties : undefined
}

/** The schema at a path; undefined where the schema has no such place. */
export function nodeAt (node: SchemaNode, path: Path): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((at, key) => at && childOf(at, key), node)
}
