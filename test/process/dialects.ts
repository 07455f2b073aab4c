import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'

/** Where each dialect tells of the datastore; ActiveWorkflow has no words for it. */
const paths = [
  { path: '/api/v1/info/datastore', document: 'steward' },
  { path: '/api/v1/shards', document: 'steward' },
  { path: '/api/unstable/info/datastore', document: 'classic' },
  { path: '/api/unstable/shards', document: 'classic' },
  { path: '/replisdk/api/unstable/info/node', document: 'next' },
  { path: '/replisdk/api/unstable/info/store', document: 'next' },
  { path: '/replisdk/api/unstable/info/shards', document: 'next' }
] as const

const documents = {
  steward: '/openapi.json',
  classic: '/openapi/replicante.classic.json',
  next: '/openapi/replicante.next.json'
} as const

/** A running agent, and what its documents say of its answers. */
export interface Dialects {
  readonly url: string
  readonly ajv: Ajv2020
}

/** What one dialect has answered. */
export interface Told {
  readonly path: string
  readonly status: number
  /** Whether it says that the datastore is down. */
  readonly down: boolean
  /** What it says of the reason; null where there is no word for it. */
  readonly says: string | null
  /** What is wrong with the answer, by the dialect's document; null when nothing is. */
  readonly misfit: string | null
}

/** Reads the documents of a running agent. */
export async function openDialects (url: string): Promise<Dialects> {
  const ajv = new Ajv2020({ strict: false, validateSchema: false })
  ajvFormats.default(ajv)
  for (const [name, path] of Object.entries(documents)) {
    ajv.addSchema(await (await fetch(url + path)).json() as object, name)
  }
  return { url, ajv }
}

/** Asks every dialect at the same time for all that it tells of the datastore. */
export async function askAll (dialects: Dialects): Promise<Told[]> {
  return await Promise.all(paths.map(async each => await ask(dialects, each)))
}

interface Body {
  /** Of `/api/v1`. */
  readonly type?: string
  readonly detail?: string
  /** Of the classic dialect. */
  readonly error?: string
  readonly variant?: string
  /** Of the next dialect. */
  readonly error_msg?: string
  readonly node_status?: string
}

async function ask ({ url, ajv }: Dialects, { path, document }: typeof paths[number]): Promise<Told> {
  const response = await fetch(url + path)
  const { status, headers } = response
  const body = await response.json() as Body
  const says = body.detail ?? body.error ?? body.error_msg ?? null
  const down = {
    steward: body.type?.endsWith('/datastore-unavailable') === true,
    classic: body.variant === 'DatastoreUnavailable',
    next: body.node_status === 'UNAVAILABLE' || body.error_msg?.startsWith('The datastore does not answer: ') === true
  }[document]
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  const place = ['paths', path, 'get', 'responses', String(status), 'content', type, 'schema']
  const pointer = place.map(part => encodeURIComponent(part.replaceAll('/', '~1'))).join('/')
  const fits = ajv.validate({ $ref: `${document}#/${pointer}` }, body)
  const late = status === 503 && headers.get('retry-after') === null ? 'it does not say when to try again' : null
  return { path, status, down, says, misfit: fits ? late : ajv.errorsText() }
}
