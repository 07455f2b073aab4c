import { nodeAt, type Path, type SchemaNode } from '../schema-node.js'
import type { Assignment, Reading, SourceName } from './assignment.js'
import { nearest } from '../nearest.js'
import { configSchema } from './schema.js'
import { reservedVariables, settings, variablePrefix } from './settings.js'

/** Reads the `STEWARD_*` variables. One that is empty counts as not set. */
export function readEnvironment (env: Readonly<Record<string, string | undefined>>): Reading {
  const known = new Map(settings.map(setting => [setting.variable, setting]))
  return collect(Object.entries(env).flatMap(([variable, text]) => {
    if (!variable.startsWith(variablePrefix) || reservedVariables.includes(variable) || !text) return []
    const setting = known.get(variable)
    if (setting) return [read({ path: setting.path, node: setting.node, text, source: 'environment', at: variable })]
    return [unknown(variable, 'is not a known variable', nearest(variable, [...known.keys(), 'STEWARD_CONFIG']))]
  }))
}

/** Reads values that flags set, by the dotted path of the key. */
export function readFlags (flags: Readonly<Record<string, string>>): Reading {
  return collect(Object.entries(flags).map(([name, text]) => {
    const path = name.split('.')
    const node = nodeAt(configSchema, path)
    const at = Object.hasOwn(ownFlags, name) ? `--${name}` : `--set ${name}`
    if (node) return read({ path, node, text, source: 'flag', at })
    return unknown(at, 'is not a known key', nearest(name, settings.map(setting => setting.name)))
  }))
}

/** Settings with a flag of their own. */
const ownFlags = { bind: true, db: true }

interface Text {
  readonly path: Path
  readonly node: SchemaNode
  readonly text: string
  readonly source: SourceName
  readonly at: string
}

function read ({ path, node, text, source, at }: Text): Assignment | string {
  try {
    return { path, value: valueOf(text, node), source, at: () => at }
  } catch (error) {
    // Only the position: the message may quote the text, and a map may hold secrets.
    const [, position] = /position (\d+)/.exec(String(error)) ?? []
    return `${path.join('.')}: is not valid JSON${position === undefined ? '' : ` at position ${position}`} (${at})`
  }
}

/** What a text means at this place of the schema. What it cannot mean stays a text, for the schema to refuse. */
function valueOf (text: string, node: SchemaNode): unknown {
  if (node.enum) return node.enum.find(value => String(value) === text) ?? text
  const types = [node.type ?? []].flat()
  if (types.includes('null') && text === '') return null
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if ((types.includes('integer') || types.includes('number')) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (types.includes('array')) return text.trimStart().startsWith('[') ? JSON.parse(text) : listOf(text)
  if (types.includes('object')) return JSON.parse(text)
  return text
}

function listOf (text: string): string[] {
  return text.split(',').map(part => part.trim()).filter(part => part !== '')
}

function unknown (name: string, what: string, suggestion: string | null): string {
  return `${name}: ${what}${suggestion === null ? '' : `; did you mean ${suggestion}?`}`
}

function collect (results: readonly (Assignment | string)[]): Reading {
  return {
    assignments: results.filter(result => typeof result !== 'string'),
    lines: results.filter(result => typeof result === 'string')
  }
}
