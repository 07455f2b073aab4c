import { readdirSync, readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { Protocol } from '../../src/domain/ports/protocol.js'
import { openHttpApp } from '../support/http-app.js'
import { everyHttpProtocol } from '../support/protocols.js'

interface Media { schema: object, example?: unknown, examples?: Record<string, { value: unknown }> }
interface Operation {
  operationId: string
  summary: string
  description: string
  tags: string[]
  requestBody?: { required: boolean, content: Record<string, Media> }
  responses: Record<string, { content?: Record<string, Media> }>
}
interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { examples?: unknown[] }> }
}

const echo: Protocol<FastifyInstance> = {
  name: 'echo',
  start: async () => {},
  stop: async () => {},
  http: {
    prefix: '/echo',
    openapi: { document: 'echo.v9', title: 'Echo', description: 'Says what it hears.', version: '9.0.0' },
    mount (http) {
      const params = { type: 'object', properties: { '*': { type: 'string' } } }
      http.post('/say/*', { config: { access: 'public' }, schema: { operationId: 'say', summary: 'Say it', params } },
        async request => ({ heard: request.body, of: (request.params as { '*': string })['*'] }))
      http.setErrorHandler(async (error: Error, _request, reply) => {
        return await reply.code(418).send({ error: error.message })
      })
    }
  }
}

async function ownDocument (t: Parameters<typeof openHttpApp>[0]): Promise<Document> {
  const { renderDocuments } = await openHttpApp(t)
  return JSON.parse(renderDocuments()['steward.v1.json'] ?? '') as Document
}

function operations (document: Document): Array<[string, Operation]> {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]))
}

const protocols = everyHttpProtocol

t.test('the committed documents are what the agent serves, byte for byte', async t => {
  const { get, renderDocuments } = await openHttpApp(t, { protocols })
  const documents = renderDocuments()

  t.same(Object.keys(documents).sort(), readdirSync(new URL('../../openapi/', import.meta.url)).sort())
  for (const [name, text] of Object.entries(documents)) {
    t.equal(readFileSync(new URL(`../../openapi/${name}`, import.meta.url), 'utf8'), text, `${name}: run "npm run generate"`)
    t.equal((await get(`/openapi/${name}`)).body, text, name)
  }
  t.equal((await get('/openapi.json')).body, documents['steward.v1.json'])
  t.equal((await get('/openapi/nothing.json')).statusCode, 404)
})

t.test('the documents are valid OpenAPI 3.1', async t => {
  const { renderDocuments } = await openHttpApp(t, { protocols })

  for (const [name, text] of Object.entries(renderDocuments())) {
    const validator = new Validator()
    t.same(await validator.validate(JSON.parse(text)), { valid: true }, name)
    t.equal(validator.version, '3.1', name)
  }
})

t.test('every operation says what it is and what can go wrong', async t => {
  const document = await ownDocument(t)
  const all = operations(document)

  for (const [name, { operationId, summary, description, tags, responses }] of all) {
    t.ok(operationId && summary && description && tags.length === 1, name)
    for (const status of ['401', '403', '500', '503']) t.ok(responses[status], `${name} ${status}`)
    if (name.startsWith('post')) for (const status of ['400', '413', '415']) t.ok(responses[status], `${name} ${status}`)
  }
  t.equal(new Set(all.map(([, { operationId }]) => operationId)).size, all.length, 'operation ids are unique')
  t.same(Object.keys(document.paths).filter(path => path.startsWith('/api/v1')).sort(), [
    '/api/v1/actions', '/api/v1/actions/{id}', '/api/v1/actions/{id}/cancel', '/api/v1/activity', '/api/v1/audit', '/api/v1/events',
    '/api/v1/info/agent', '/api/v1/info/datastore', '/api/v1/kinds', '/api/v1/kinds/{kind}', '/api/v1/shards', '/api/v1/whoami'
  ])
})

t.test('a body that may be null need not be there, and any other has to', async t => {
  const { renderDocuments } = await openHttpApp(t, { protocols: everyHttpProtocol })
  for (const text of Object.values(renderDocuments())) {
    for (const operations of Object.values((JSON.parse(text) as Document).paths)) {
      for (const { operationId, requestBody } of Object.values(operations)) {
        const types = [requestBody?.content['application/json']?.schema].flatMap(schema => (schema as { type?: unknown })?.type ?? [])
        if (requestBody !== undefined) t.equal(requestBody.required, !types.includes('null'), operationId)
      }
    }
  }
})

t.test('examples fit their schemas', async t => {
  const document = await ownDocument(t)
  const ajv = new Ajv2020({ strict: false })
  ajvFormats.default(ajv)
  ajv.addSchema({ $id: 'document', ...document })
  const check = (name: string, schema: object, value: unknown): void => {
    const rooted = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object
    t.ok(ajv.validate(rooted, value), `${name}: ${ajv.errorsText()}`)
  }
  let checked = 0
  for (const [name, { responses }] of operations(document)) {
    for (const [status, { content = {} }] of Object.entries(responses)) {
      for (const { schema, example, examples = {} } of Object.values(content)) {
        for (const value of [example, ...Object.values(examples).map(({ value }) => value)]) {
          if (value === undefined) continue
          check(`${name} ${status}`, schema, value)
          checked += 1
        }
      }
    }
  }
  t.ok(checked > 50)
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    for (const value of schema.examples ?? []) check(name, schema, value)
  }
})

t.test('real answers fit the document', async t => {
  const { get, post, renderDocuments } = await openHttpApp(t)
  const document = JSON.parse(renderDocuments()['steward.v1.json'] ?? '') as Document
  const ajv = new Ajv2020({ strict: false })
  ajvFormats.default(ajv)
  ajv.addSchema({ $id: 'document', ...document })
  const scheduled = await post('/api/v1/actions', { kind: 'agent.replicante.io/test.ping' })
  const answers = {
    Action: scheduled,
    ActionDetail: await get(scheduled.headers.location as string),
    ActionPage: await get('/api/v1/actions'),
    Kinds: await get('/api/v1/kinds'),
    Activity: await get('/api/v1/activity'),
    AgentInfo: await get('/api/v1/info/agent'),
    DatastoreInfo: await get('/api/v1/info/datastore'),
    Shards: await get('/api/v1/shards'),
    Principal: await get('/api/v1/whoami'),
    AuditPage: await get('/api/v1/audit'),
    Problem: await get('/nothing')
  }

  for (const [name, answer] of Object.entries(answers)) {
    t.ok(ajv.validate({ $ref: `document#/components/schemas/${name}` }, answer.json()), `${name}: ${ajv.errorsText()}`)
  }
})

t.test('a protocol has its own document, error handler and, from the server, its safety', async t => {
  const { app, get, post, renderDocuments } = await openHttpApp(t, { protocols: [echo] })

  t.same((await post('/echo/say/a/b', { x: 1 })).json(), { heard: { x: 1 }, of: 'a/b' })
  t.same((await post('/echo/say/a', '{"a":1,"a":2}')).json(), { error: 'The body holds something that could not be given back unchanged; see errors.' })
  t.equal((await app.inject({ method: 'POST', url: '/echo/say/a', payload: 'x', headers: { 'content-type': 'text/plain' } })).statusCode, 418)
  t.equal((await post('/echo/say/a', {}, { origin: 'https://evil.example' })).statusCode, 418)
  t.match((await get('/echo/other')).json(), { error: /nothing at \/echo\/other/ })
  t.match((await get('/echo/say/%zz')).json(), { error: /does not fit/ }, 'also what is no URL')

  const document = JSON.parse(renderDocuments()['echo.v9.json'] ?? '') as Document & { info: object }
  t.match(document.info, { title: 'Echo', version: '9.0.0' })
  t.same(Object.keys(document.paths), ['/echo/say/{kind}'])
  t.equal((await get('/openapi/echo.v9.json')).body, renderDocuments()['echo.v9.json'])
  t.notMatch(renderDocuments()['steward.v1.json'], /echo/)
})

t.test('the UI offers every document and needs nothing from elsewhere', async t => {
  const { get } = await openHttpApp(t, { protocols: [echo] })

  const page = await get('/docs')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-security-policy'], /default-src 'self'/)
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1] as string)
  t.ok(assets.length > 3)
  for (const asset of assets) t.equal((await get(asset)).statusCode, 200, asset)
  const initializer = (await get('/docs/static/swagger-initializer.js')).body
  t.match(initializer, /"?name"?:\s*"Steward"[^]*"?name"?:\s*"Echo"/)
})

t.test('without docs there is neither UI nor document', async t => {
  const { get } = await openHttpApp(t, { config: { docs: false } })

  for (const path of ['/docs', '/openapi.json', '/openapi/steward.v1.json']) t.equal((await get(path)).statusCode, 404, path)
  t.notMatch((await get('/')).body, /docs/)
})
