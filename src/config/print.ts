import { Document, isMap, isScalar, isSeq, type Node } from 'yaml'
import { nodeAt } from '../schema-node.js'
import type { LoadedConfig } from './load.js'
import { configSchema } from './schema.js'
import { withoutCredentials } from './words.js'

/** The configuration as YAML that could be a file, each value with its origin in a comment, secrets masked. */
export function printConfig ({ config, origins }: LoadedConfig): string {
  const document = new Document(withoutCredentials(config))
  for (const [name, { source, at }] of origins) {
    const path = name.split('.')
    if (nodeAt(configSchema, path)?.['x-secret'] && document.getIn(path) !== null) document.setIn(path, '***')
    const node = document.getIn(path, true) as Node | undefined
    // A comment stands behind its value only where that is on one line.
    if (isSeq(node) || isMap(node)) node.flow = true
    if (isSeq(node) || isMap(node) || isScalar(node)) node.comment = at === null ? ` ${source}` : ` ${source}: ${at}`
  }
  return document.toString({ lineWidth: 0 })
}
