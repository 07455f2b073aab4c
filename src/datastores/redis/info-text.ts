/** The fields of INFO by name, as text. */
export type Info = ReadonlyMap<string, string>

/**
 * Reads the answer of INFO, and that of CLUSTER INFO, which has the same form: lines `name:value`, and comments
 * (https://redis.io/docs/latest/commands/info/).
 */
export function parseInfo (text: string): Info {
  const fields = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return fields
}

/** A field that is a whole number, exactly; null when it is not there, or none. */
export function exactOf (info: Info, name: string): bigint | null {
  const text = info.get(name)
  return text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : null
}

/** A field that is a whole number below 2^53; null when it is not there, or none. */
export function numberOf (info: Info, name: string): number | null {
  const value = exactOf(info, name)
  return value === null ? null : Number(value)
}

/** True when a field is `1`. */
export function isSet (info: Info, name: string): boolean {
  return info.get(name) === '1'
}

/** What a node of a cluster knows of itself. */
export interface ClusterPlace {
  /** Its id, which it keeps over restarts. */
  readonly id: string
  /** The hash slots of its primary, or its own: `5461`, `0-5460`. */
  readonly slots: readonly string[]
  /** How many nodes it knows, itself included. */
  readonly knownNodes: number
}

interface ClusterLine {
  readonly id: string
  readonly flags: readonly string[]
  readonly primary: string
  readonly slots: readonly string[]
}

/**
 * Reads the answer of CLUSTER NODES: a line for each node, `id address flags primary ping pong epoch link slot ...`
 * (https://redis.io/docs/latest/commands/cluster-nodes/). Null when the node is not in it.
 */
export function parseClusterNodes (text: string): ClusterPlace | null {
  const lines = text.split('\n').filter(line => line !== '').map(parseLine)
  const own = lines.find(({ flags }) => flags.includes('myself'))
  if (own === undefined) return null
  const primary = lines.find(({ id }) => id === own.primary) ?? own
  return { id: own.id, slots: primary.slots, knownNodes: lines.length }
}

function parseLine (line: string): ClusterLine {
  const [id = '', , flags = '', primary = '', , , , , ...slots] = line.split(' ')
  // In brackets: slots that are on their way from one node to another.
  return { id, flags: flags.split(','), primary, slots: slots.filter(slot => !slot.startsWith('[')) }
}
