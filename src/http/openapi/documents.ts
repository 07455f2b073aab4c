import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { securityOf, securitySchemes } from './security.js'

/** The OpenAPI documents of a server: each is told by the scope whose routes it lists, once the server is ready. */
export interface Documents {
  /** Names and titles, in the order of registration. */
  readonly list: () => ReadonlyArray<{ readonly name: string, readonly title: string }>
  /** The document as it is committed and served, byte for byte; null when there is none of this name. */
  readonly render: (name: string) => string | null
  /** Collects the routes that are declared on the scope from now on into a document. */
  readonly describe: (scope: FastifyInstance, about: DocumentOptions) => Promise<void>
}

/** What a document says beside its routes. */
export interface DocumentOptions {
  /** The file is `<name>.json`. */
  readonly name: string
  readonly title: string
  readonly description: string
  readonly version: string
  /** Whether its clients may send their token in the URL. */
  readonly tokenInUrl?: boolean
  readonly tags?: ReadonlyArray<{ readonly name: string, readonly description: string }>
}

/** Makes an empty set of documents. */
export function createDocuments (): Documents {
  const documents = new Map<string, { title: string, build: () => object, text: string | null }>()

  function render (name: string): string | null {
    const document = documents.get(name)
    if (document === undefined) return null
    document.text ??= `${JSON.stringify(document.build(), null, 2)}\n`
    return document.text
  }

  async function describe (scope: FastifyInstance, about: DocumentOptions): Promise<void> {
    await scope.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: about.title,
          description: about.description,
          version: about.version,
          license: { name: 'Apache 2.0', identifier: 'Apache-2.0' }
        },
        servers: [{ url: '/', description: 'The agent that serves this document.' }],
        components: { securitySchemes: securitySchemes(about.tokenInUrl ?? false) },
        ...(about.tags === undefined ? {} : { tags: [...about.tags] })
      },
      refResolver: {
        buildLocalReference: (json, _baseUri, _fragment, index) => typeof json.$id === 'string' ? json.$id : `schema-${index}`
      },
      transform: ({ schema, url, route: { config } }) => {
        const named = nameWildcard(schema, url)
        return { ...named, schema: { ...named.schema, security: securityOf(config) } }
      },
      transformObject: document => {
        return 'openapiObject' in document ? withOptionalBodies(document.openapiObject) : document.swaggerObject
      }
    })
    documents.set(about.name, { title: about.title, build: () => scope.swagger(), text: null })
  }

  return {
    list: () => [...documents].map(([name, { title }]) => ({ name, title })),
    render,
    describe
  }
}

type Document = ReturnType<FastifyInstance['swagger']>

interface Media {
  readonly schema?: { readonly type?: unknown }
}

interface Described {
  readonly requestBody?: { required?: boolean, readonly content: Readonly<Record<string, Media>> }
}

/** A body that may be null may also be absent; the document says of every body that it has to be there. */
function withOptionalBodies<T extends Partial<Document>> (document: T): T {
  for (const path of Object.values((document as { paths?: Record<string, Record<string, Described>> }).paths ?? {})) {
    for (const { requestBody } of Object.values(path)) {
      const types = Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => schema?.type ?? [])
      if (requestBody !== undefined && types.includes('null')) requestBody.required = false
    }
  }
  return document
}

/**
 * Shows the rest of a path as `{kind}`: OpenAPI has no wildcards, and the kind of an action is the only thing with
 * slashes in any of our paths.
 */
function nameWildcard (schema: FastifySchema | undefined, url: string): { schema: FastifySchema, url: string } {
  // Routes without a schema were not meant for the document, such as the assets of the UI.
  if (schema === undefined) return { schema: { hide: true }, url }
  if (!url.endsWith('*')) return { schema, url }
  const params = (schema.params ?? {}) as { properties?: Record<string, object> }
  const { '*': rest, ...others } = params.properties ?? {}
  const properties = { ...others, kind: rest ?? { type: 'string' } }
  return {
    schema: { ...schema, params: { ...params, type: 'object', required: Object.keys(properties), properties } },
    url: url.replace(/\*$/, ':kind')
  }
}
