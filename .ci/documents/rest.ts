import { jsonBlock, prose, table } from './markdown.js'
import { inWords, lastOf, type Schema } from './schema-words.js'

interface Media {
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

interface Answer {
  readonly description: string
  readonly content?: Readonly<Record<string, Media>>
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly description?: string
  readonly schema: Schema
  readonly example?: unknown
  readonly required?: boolean
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly security: ReadonlyArray<Readonly<Record<string, readonly string[]>>>
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Answer>>
}

/** As much of our OpenAPI document as docs/rest.md tells of. */
interface OpenApi {
  readonly tags: ReadonlyArray<{ readonly name: string, readonly description: string }>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Place {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** What an action is asked for by curl: one that lasts, so that there is something to watch and to cancel. */
const trialBody = { kind: 'agent.steward/test.script', args: { steps: [{ do: 'sleep', ms: 60_000 }] } }

/** The parts of docs/rest.md, made of the text of openapi/steward.v1.json. */
export function renderRest (openapi: string): Record<'overview' | 'operations' | 'objects', string> {
  const document = JSON.parse(openapi) as OpenApi
  const places = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Place => ({ method: method.toUpperCase(), path, operation })))
  const tagged = document.tags.map(tag =>
    ({ ...tag, places: places.filter(({ operation }) => operation.tags[0] === tag.name) }))
  return {
    overview: table(['operation', 'what it does', 'scope'], tagged.flatMap(({ places }) => places.map(place => [
      `[\`${place.method} ${place.path}\`](#${place.operation.operationId.toLowerCase()})`,
      place.operation.summary,
      scopeOf(place)
    ]))),
    operations: tagged.map(({ name, description, places }) =>
      `## ${capital(name)}\n\n${description}\n\n${places.map(renderOperation).join('\n')}`).join('\n'),
    objects: renderObjects(document)
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

function scopeOf ({ operation: { security, operationId } }: Place): string {
  if (security.length === 0) return 'everybody'
  if (operationId === 'scheduleAction') return '`schedule`'
  const [scope] = Object.values(security[0] ?? {}).flat()
  return scope === undefined ? 'whoever is known' : `\`${scope}\``
}

function renderOperation (place: Place): string {
  const { method, path, operation } = place
  const { summary, description, parameters = [], requestBody, operationId } = operation
  const parts = [
    `### ${operationId}\n`,
    `**\`${method} ${path}\`**: ${summary}. Scope: ${scopeOf(place)}.\n`,
    `${prose(description)}\n`,
    `\`\`\`sh\n${curlLine(place)}\n\`\`\`\n`,
    ...parameters.length === 0 ? [] : [table(['parameter', 'in', 'what it is', 'value'], parameters.map(parameterRow))],
    ...requestBody === undefined ? [] : [`The body is an [${bodyOf(requestBody)}](#${bodyOf(requestBody).toLowerCase()}).\n`],
    table(['answer', 'what it says'], Object.entries(operation.responses).map(([status, answer]) =>
      [status, status < '400' ? `${answer.description}${objectOf(answer)}` : codesOf(answer)])),
    ...renderExample(operation)
  ]
  return parts.join('\n')
}

function curlLine ({ method, path, operation: { operationId, parameters = [], requestBody } }: Place): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'id' ? 'ID' : String(parameters.find(each => each.name === name)?.example ?? name))
  const url = `http://127.0.0.1:8000${filled}`
  if (operationId === 'watchEvents') return `curl -N ${url}`
  if (method !== 'POST') return `curl ${url}`
  const body = requestBody === undefined ? '' : ` \\\n  -d '${JSON.stringify(trialBody)}'`
  return `curl -X POST -H 'content-type: application/json' ${url}${body}`
}

function parameterRow ({ name, in: where, description = '', schema, required }: Parameter): string[] {
  return [`\`${name}\`${where !== 'path' && required === true ? ' (required)' : ''}`, where, prose(description), inWords(schema)]
}

function bodyOf ({ content }: NonNullable<Operation['requestBody']>): string {
  return lastOf(content['application/json']?.schema?.$ref ?? '')
}

/** The object that an answer carries, with a link to its fields. */
function objectOf ({ content = {} }: Answer): string {
  const name = content['application/json']?.schema?.$ref
  return name === undefined ? '' : ` [${lastOf(name)}](#${lastOf(name).toLowerCase()})`
}

/** The problems of an answer: their codes stand first in the sentences of its description. */
function codesOf ({ description }: Answer): string {
  const codes = [...description.matchAll(/`([a-z-]+)`: /g)].map(([, code = '']) => `[\`${code}\`](problems.md#${code})`)
  return codes.length === 0 ? description : codes.join(', ')
}

function renderExample ({ responses }: Operation): string[] {
  const [, answer] = Object.entries(responses).filter(([status]) => status < '300').at(-1) ?? []
  const media = answer?.content?.['application/json']
  const example = media?.example ?? Object.values(media?.examples ?? {})[0]?.value
  return example === undefined ? [] : [`For example:\n\n${jsonBlock(example)}`]
}

function renderObjects ({ components: { schemas } }: OpenApi): string {
  return Object.entries(schemas).map(([name, schema]) => {
    const rows = Object.entries(schema.properties ?? {}).map(([field, value]) => [
      `\`${field}\`${schema.required?.includes(field) === true ? '' : ' (optional)'}`, linked(value), prose(value.description ?? '')
    ])
    return `### ${name}\n\n${table(['field', 'value', 'what it is'], rows)}`
  }).join('\n')
}

function linked (schema: Schema): string {
  const words = inWords(schema)
  const name = lastOf(schema.$ref ?? schema.items?.$ref ?? '')
  return name === '' ? words : words.replace(name, `[${name}](#${name.toLowerCase()})`)
}
