import { isBranch, isMap, type Path, type SchemaNode } from '../schema-node.js'
import { clientVariables } from '../client-variables.js'
import { configSchema } from './schema.js'

/** One thing that can be set by a variable or a flag: a single value, a list, or a whole map. */
export interface Setting {
  readonly path: Path
  /** The path as people write it, for example `actions.queue_limit`. */
  readonly name: string
  /** The environment variable, for example `STEWARD_ACTIONS_QUEUE_LIMIT`. */
  readonly variable: string
  readonly node: SchemaNode
}

/** What every variable of ours begins with. */
export const variablePrefix = 'STEWARD_'

/** Variables of ours that are no settings: the file to read, and what the client commands use. */
export const reservedVariables: readonly string[] = ['STEWARD_CONFIG', ...Object.values(clientVariables)]

/** Every setting, in the order of the schema. */
export const settings: readonly Setting[] = [...settingsBelow([], configSchema)]

function * settingsBelow (path: Path, node: SchemaNode): Generator<Setting> {
  if (!isBranch(node) || isMap(node)) {
    const name = path.join('.')
    yield { path, name, variable: variablePrefix + path.join('_').toUpperCase(), node }
  }
  for (const [key, child] of Object.entries(node.properties ?? {})) yield * settingsBelow([...path, key], child)
}
