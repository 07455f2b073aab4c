import { childOf, isBranch, type Path, type SchemaNode } from '../schema-node.js'
import type { Assignment, SourceName } from './assignment.js'

/** A single value, or a list or object that is replaced as a whole, and where it comes from. */
export interface Leaf {
  readonly value: unknown
  readonly source: SourceName
  readonly at: ((path: Path) => string) | null
}

/** The configuration while it is put together. Maps, so that no key (`__proto__`) means anything. */
export type Tree = Leaf | Branch
type Branch = Map<string, Tree>

/** Puts the assignments together, later ones over earlier ones, and fills in the defaults of the schema. */
export function buildTree (schema: SchemaNode, assignments: readonly Assignment[]): Tree {
  const root: Branch = new Map()
  for (const assignment of assignments) assign(root, schema, assignment.path, assignment)
  fillDefaults(root, schema)
  return root
}

/** Sets what is at `path` below the branch. */
function assign (branch: Branch, node: SchemaNode, path: Path, assignment: Assignment): void {
  const [key, ...rest] = path
  if (key === undefined) return graft(branch, node, assignment.value, assignment)
  const child = childOf(node, key)
  if (!child) return
  if (rest.length > 0) return assign(branchAt(branch, key), child, rest, assignment)
  put(branch, key, child, assignment.value, assignment)
}

function put (branch: Branch, key: string, node: SchemaNode | undefined, value: unknown, origin: Assignment): void {
  if (node && isBranch(node) && (value === null || isRecord(value))) {
    graft(branchAt(branch, key), node, value, origin)
  } else {
    branch.set(key, { value, source: origin.source, at: origin.at })
  }
}

/** Lays an object over a branch. Null, as a YAML key with nothing below it has, changes nothing. */
function graft (branch: Branch, node: SchemaNode, value: unknown, origin: Assignment): void {
  if (!isRecord(value)) return
  for (const [key, item] of Object.entries(value)) put(branch, key, childOf(node, key), item, origin)
}

function branchAt (branch: Branch, key: string): Branch {
  const found = branch.get(key)
  if (found instanceof Map) return found
  const made: Branch = new Map()
  branch.set(key, made)
  return made
}

/** Adds what nobody set, and brings the keys into the order of the schema. */
function fillDefaults (branch: Branch, node: SchemaNode): void {
  const given = new Map(branch)
  branch.clear()
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const below = given.get(key) ?? defaultOf(child)
    if (below) branch.set(key, below)
  }
  for (const [key, below] of given) branch.set(key, below)
  for (const [key, below] of branch) {
    const child = childOf(node, key)
    if (child && below instanceof Map) fillDefaults(below, child)
  }
}

function defaultOf (node: SchemaNode): Tree | null {
  if (isBranch(node)) return new Map()
  return node.default === undefined ? null : { value: node.default, source: 'default', at: null }
}

/** The values alone, as plain objects. */
export function valuesOf (tree: Tree): unknown {
  if (!(tree instanceof Map)) return tree.value
  // `fromEntries` defines properties: a key named `__proto__` stays a key.
  return Object.fromEntries([...tree].map(([key, below]) => [key, valuesOf(below)]))
}

/** Every leaf with its path, in the order of the tree. An empty branch counts as one: nobody put anything there. */
export function * leavesOf (tree: Tree, path: Path = []): Generator<[Path, Leaf]> {
  if (!(tree instanceof Map)) yield [path, tree]
  else if (tree.size === 0) yield [path, { value: {}, source: 'default', at: null }]
  else for (const [key, below] of tree) yield * leavesOf(below, [...path, key])
}

/** The leaf at a path; for a branch, one of its leaves, rather one that somebody wrote than a default. */
export function leafNear (tree: Tree, path: Path): Leaf | null {
  let at: Tree = tree
  for (const key of path) {
    if (!(at instanceof Map)) break
    const below = at.get(key)
    if (!below) break
    at = below
  }
  const leaves = [...leavesOf(at)].map(([, leaf]) => leaf)
  return leaves.find(leaf => leaf.source !== 'default') ?? leaves[0] ?? null
}

function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
