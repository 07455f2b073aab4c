import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import t from 'tap'
import { failed } from '../../../src/domain/kind.js'
import { id, loop, openWorld, prefix, readPaths } from './world.js'

interface Media { readonly schema: object, readonly example?: unknown }
interface Content { readonly content?: { readonly 'application/json': Media } }
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: string[]
  readonly requestBody?: Content
  readonly responses: Record<string, Content>
}

function operationsOf (documents: Record<string, string>): Record<string, Operation> {
  const { paths } = JSON.parse(documents['replicante.next.json'] ?? '') as { paths: Record<string, Record<string, Operation>> }
  return Object.fromEntries(Object.entries(paths).flatMap(([path, methods]) => {
    return Object.entries(methods).map(([method, operation]) => [`${method} ${path.slice(prefix.length)}`, operation])
  }))
}

function createAjv (): Ajv2020 {
  const ajv = new Ajv2020({ strict: false })
  ajvFormats.default(ajv)
  return ajv
}

t.test('the document tells of every route, with what it answers', async t => {
  const { renderDocuments } = await openWorld(t)
  const operations = operationsOf(renderDocuments())

  t.same(Object.keys(operations).toSorted(), [
    'get /action/{id}', 'get /actions/finished', 'get /actions/queue', 'get /info/node', 'get /info/shards', 'get /info/store', 'post /action'
  ])
  for (const [name, { operationId, summary, description, tags, responses }] of Object.entries(operations)) {
    t.ok(operationId && summary && description && tags.length === 1, name)
    t.ok(['200', '401', '403', '500', '503'].every(status => status in responses), name)
  }
  t.same(Object.keys(operations['post /action']?.responses ?? {}), ['200', '400', '401', '403', '409', '413', '415', '429', '500', '503', '507'])
  t.equal(operations['get /action/{id}']?.responses['404']?.content, undefined, 'not found has no body')
})

t.test('every body has an example that fits its schema', async t => {
  const { renderDocuments } = await openWorld(t)
  const ajv = createAjv()
  for (const [name, { requestBody, responses }] of Object.entries(operationsOf(renderDocuments()))) {
    for (const [status, { content }] of Object.entries({ request: requestBody ?? {}, ...responses })) {
      if (content === undefined) continue
      const { schema, example } = content['application/json']
      t.ok(example !== undefined && ajv.validate(schema, example), `${name} ${status}: ${ajv.errorsText()}`)
    }
  }
})

t.test('real answers fit the document', async t => {
  const { finish, get, put, renderDocuments, schedule } = await openWorld(t, {
    inspector: { node: async () => ({ id: 'n', status: 'UNKNOWN', statusReason: null, addresses: { admin: 'a' }, attributes: { a: null } }) }
  })
  const operations = operationsOf(renderDocuments())
  const ajv = createAjv()
  const check = (name: string, { statusCode, body }: { statusCode: number, body: string }): void => {
    const media = operations[name]?.responses[statusCode]?.content?.['application/json']
    t.ok(media !== undefined && ajv.validate(media.schema, JSON.parse(body)), `${name} ${statusCode}: ${ajv.errorsText()}`)
  }

  await put()
  await finish()
  check('post /action', await schedule({ kind: loop, id }))
  check('post /action', await schedule({ kind: loop, id }))
  check('post /action', await schedule('{'))
  check('get /action/{id}', await get(`/action/${id}`))
  await finish(failed('broken', { more: { exit_code: 1 } }))
  for (const path of readPaths) check(`get ${path.replace(id, '{id}')}`, await get(path))
})
