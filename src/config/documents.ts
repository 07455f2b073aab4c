import { nodeAt, type SchemaNode } from '../schema-node.js'
import { configSchema } from './schema.js'
import { externalActionsSchema } from './schema-external-actions.js'
import { settings, type Setting } from './settings.js'
import { allowed } from './words.js'

const envHead = `# The settings of Steward as environment variables. \`npm start\` reads a file named .env in the project's folder.
# Each commented-out line shows a default. The same settings can be given in a YAML file; what stands here wins over it.
# docs/configuration.md has them all in one table. This file is made by "npm run generate".

# A YAML file to read, for example /etc/steward.yaml. Without it, none is read.
#STEWARD_CONFIG=
`

/** The text of `.env.example`: every variable with its description and its default. */
export function renderEnvExample (): string {
  const sections = new Map<string, string[]>()
  for (const setting of settings) {
    const section = setting.path.length > 1 ? setting.path[0] ?? '' : ''
    sections.set(section, [...sections.get(section) ?? [], renderVariable(setting)])
  }
  const blocks = [...sections].map(([name, variables]) => [titleOf(name), ...variables].join('\n'))
  return [envHead, ...blocks].join('\n')
}

function titleOf (section: string): string {
  const description = section === '' ? 'The agent itself.' : nodeAt(configSchema, [section])?.description ?? ''
  return `# ---- ${section === '' ? '' : `${section}: `}${description}\n`
}

function renderVariable ({ node, variable }: Setting): string {
  const lines = [`# ${node.description ?? ''}`, `# It must be ${allowed(node)}.`]
  const [example] = node.examples ?? []
  if (example !== undefined) lines.push(`# For example: ${asText(example)}`)
  return `${[...lines, `#${variable}=${asText(node.default)}`].join('\n')}\n`
}

function asText (value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The table of all settings, in Markdown. */
export function renderSettingsTable (): string {
  return table(['key', 'variable', 'what it is', 'allowed', 'default'], settings.map(({ name, variable, node }) =>
    [`\`${name}\``, `\`${variable}\``, ...meaningOf(node)]))
}

/** The table of the keys of one external action, in Markdown. */
export function renderExternalActionTable (): string {
  const action = nodeAt(externalActionsSchema, ['any']) ?? {}
  return table(['key', 'what it is', 'allowed', 'default'], Object.entries(action.properties ?? {}).map(([key, node]) =>
    [`\`${key}\`${action.required?.includes(key) ? ' (required)' : ''}`, ...meaningOf(node)]))
}

function meaningOf (node: SchemaNode): string[] {
  return [node.description ?? '', allowed(node), node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``]
}

function table (head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
}
