import { Ajv, type ErrorObject } from 'ajv'
import { loaderVariableIn } from '../domain/loader-variables.js'
import { nodeAt, type Path, type SchemaNode } from '../schema-node.js'
import { parseBind } from './bind.js'
import type { Config } from './config.js'
import { nearest } from '../nearest.js'
import { configSchema } from './schema.js'
import { settings } from './settings.js'
import { leafNear, valuesOf, type Tree } from './tree.js'
import { allowed, shown } from './words.js'

/** Says in words everything that is wrong with a configuration, one line each; no lines: it is valid. */
export function validate (tree: Tree): string[] {
  const values: unknown = valuesOf(tree)
  if (!matchesSchema(values)) return linesOf(matchesSchema.errors ?? [], tree)
  return contradictions(values as unknown as Config, tree)
}

const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true })
ajv.addKeyword('x-allowed').addKeyword('x-secret')
ajv.addFormat('host-port', text => parseBind(text) !== null)
ajv.addFormat('origin', text => URL.canParse(text) && new URL(text).origin === text)
ajv.addFormat('collector-url', isCollectorUrl)
ajv.addFormat('header-name', /^[a-z0-9!#$%&'*+.^_`|~-]+$/i)
const matchesSchema = ajv.compile(configSchema)

function isCollectorUrl (text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '' && !/[?#]/.test(text)
}

function linesOf (errors: readonly ErrorObject[], tree: Tree): string[] {
  // ajv reports a bad name twice: the name's own error and the one of the object that holds it.
  const lines = errors.filter(error => error.propertyName === undefined).map(error => lineOf(error, tree))
  return [...new Set(lines)]
}

function lineOf (error: ErrorObject, tree: Tree): string {
  const path = error.instancePath.split('/').slice(1).map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const node = error.parentSchema as SchemaNode
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty'])
      return line(tree, [...path, key], `is not a known key${suggestionFor(path, key)}`)
    }
    case 'required':
      return line(tree, [...path, String(error.params['missingProperty'])], 'is required')
    case 'propertyNames':
      return line(tree, [...path, String(error.params['propertyName'])], `is not a valid name; it must be ${allowed(node.propertyNames ?? {})}`)
    default:
      return line(tree, path, `must be ${allowed(node)}, not ${shown(error.data, node)}`)
  }
}

function line (tree: Tree, path: Path, what: string): string {
  const at = leafNear(tree, path)?.at?.(path)
  return `${path.join('.')}: ${what}${at === undefined ? '' : ` (${at})`}`
}

/** The key that was probably meant: one of the same place, else one of the same name elsewhere. */
function suggestionFor (path: Path, key: string): string {
  const beside = Object.keys(nodeAt(configSchema, path)?.properties ?? {})
  const elsewhere = settings.find(setting => setting.path.at(-1) === key)?.name
  const sibling = elsewhere === undefined ? nearest(key, beside) : null
  const meant = elsewhere ?? (sibling === null ? null : [...path, sibling].join('.'))
  if (meant !== null) return `; did you mean ${meant}?`
  return beside.length === 0 ? '' : `; known here: ${beside.join(', ')}`
}

/** What no schema can say. */
function contradictions (config: Config, tree: Tree): string[] {
  const told = [...ofExternalActions(config), ...ofService(config), ...ofPasswords(config), ...ofTls(config)]
  return told.map(([path, what]) => line(tree, path, what))
}

/** A place, and what is wrong with it. */
type Contradiction = readonly [Path, string]

function ofExternalActions ({ external_actions: actions }: Config): Contradiction[] {
  return Object.entries(actions).flatMap(([name, action]) => {
    const path = ['external_actions', name]
    const found: Contradiction[] = []
    if (action.check_min_ms > action.check_max_ms) {
      found.push([[...path, 'check_min_ms'], `must not be greater than check_max_ms, which is ${action.check_max_ms}`])
    }
    if (action.args !== undefined && !ajv.validateSchema(action.args)) {
      found.push([[...path, 'args'], `must be a JSON Schema: ${ajv.errorsText(ajv.errors, { dataVar: 'it' })}`])
    }
    const dangerous = action.user === null ? undefined : loaderVariableIn(action.env)
    if (dangerous !== undefined) {
      found.push([[...path, 'env', dangerous], 'must not be given beside user: root would obey it before it becomes that user'])
    }
    const { action: start, check, cancel = [] } = action
    return [...found, ...relativePrograms(path, { action: start, check, cancel })]
  })
}

/** Programs whose names depend on the folder that a command happens to run in. */
function relativePrograms (path: Path, commands: Readonly<Record<string, readonly string[]>>): Contradiction[] {
  return Object.entries(commands)
    .filter(([, [program = '']]) => program.includes('/') && !program.startsWith('/'))
    .map(([name, [program]]) => [[...path, name], `must begin with a program by its whole path, or by its name alone, not "${program}"`])
}

/** The options that each supervisor cannot do without. */
const neededOptions = { none: [], systemd: ['service_name'], commands: ['pid', 'start', 'stop'] } as const

function ofService ({ service: { supervisor, options } }: Config): Contradiction[] {
  const path = ['service', 'options']
  const missing = neededOptions[supervisor].filter(option => (options[option]?.length ?? 0) === 0)
  const { pid, start, stop } = options
  return [
    ...missing.map((option): Contradiction => [[...path, option], `is required by the supervisor ${supervisor}`]),
    ...relativePrograms(path, { pid, start, stop })
  ]
}

function ofPasswords ({ datastore }: Config): Contradiction[] {
  return (['postgresql', 'redis'] as const)
    .filter(kind => datastore[kind].password !== null && datastore[kind].password_file !== null)
    .map(kind => [['datastore', kind, 'password_file'], 'must not be given beside password'])
}

/** The files of TLS that mean nothing without another. */
const neededBeside = {
  server_cert: 'server_key', server_key: 'server_cert', clients_ca_bundle: 'server_cert', clients_crl: 'clients_ca_bundle'
} as const

function ofTls ({ tls, access }: Config): Contradiction[] {
  const unused: Contradiction[] = Object.keys(access.certificates).length > 0 && tls.clients_ca_bundle === null
    ? [[['access', 'certificates'], 'must not be given without tls.clients_ca_bundle: nobody would verify the certificates']]
    : []
  const lonely = (Object.keys(neededBeside) as Array<keyof typeof neededBeside>)
    .filter(setting => tls[setting] !== null && tls[neededBeside[setting]] === null)
    .map((setting): Contradiction => [['tls', setting], `must not be given without tls.${neededBeside[setting]}`])
  return [...lonely, ...unused]
}
