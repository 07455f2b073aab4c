import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { JsonSchema } from '../../src/domain/json.js'

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: JsonSchema
}

/** What is answered with one status: schemas by media type; none where there is no body. */
export type Media = ReadonlyMap<string, JsonSchema>

/** One method of one path of a committed document. */
export interface Operation {
  /** For people: `GET /api/v1/actions`. */
  readonly name: string
  readonly document: string
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** Null where the document names none. */
  readonly body: { readonly required: boolean, readonly schema: JsonSchema } | null
  readonly responses: ReadonlyMap<number, Media>
  /** What a `$ref` in its schemas names. */
  readonly resolve: (reference: string) => JsonSchema
}

const folder = new URL('../../openapi/', import.meta.url)

interface Content { readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>> }

interface Described {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Content & { readonly required?: boolean }
  readonly responses: Readonly<Record<string, Content>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> }
}

/** Every operation of every committed document. */
export function committedOperations (): Operation[] {
  const files = readdirSync(folder).filter(file => file.endsWith('.json')).sort()
  return files.flatMap(file => operationsOf(file, JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Document))
}

function operationsOf (file: string, { paths, components }: Document): Operation[] {
  const resolve = (reference: string): JsonSchema => {
    const found = components?.schemas?.[reference.replace('#/components/schemas/', '')]
    if (found === undefined) throw new Error(`${file} has nothing at ${reference}`)
    return found
  }
  return Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, described]) => ({
    name: `${method.toUpperCase()} ${path}`,
    // In a counterexample the name is enough.
    [fc.toStringMethod]: () => `${method.toUpperCase()} ${path}`,
    document: file,
    method: method.toUpperCase(),
    path,
    parameters: described.parameters ?? [],
    body: bodyOf(described),
    responses: new Map(Object.entries(described.responses).map(([status, media]) => [Number(status), mediaOf(media)])),
    resolve
  })))
}

function bodyOf ({ requestBody }: Described): Operation['body'] {
  const schema = requestBody?.content?.['application/json']?.schema
  return schema === undefined ? null : { required: requestBody?.required ?? false, schema }
}

function mediaOf ({ content = {} }: Content): Media {
  return new Map(Object.entries(content).map(([type, { schema }]) => [type, schema]))
}
