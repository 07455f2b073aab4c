import { readFileSync } from 'node:fs'
import type { RequestListener, Server, ServerOptions } from 'node:http'
import { fastify, LogController, type FastifyInstance, type FastifyReply } from 'fastify'
import type { Protocol } from '../domain/ports/protocol.js'
import { passingTraces } from '../domain/ports/tracing.js'
import { createRecheck, installAccess, type DecidedRoute } from './authorize.js'
import { backlogLimit, installBacklog } from './backlog.js'
import { installBodies } from './bodies.js'
import { createClientErrorHandler } from './client-errors.js'
import { installConnectionLimits } from './connections.js'
import type { HttpDeps } from './deps.js'
import { installErrors, type RefuseMissing } from './errors.js'
import { createEventHub } from './event-hub.js'
import { createExchanges, type Exchanges } from './exchanges.js'
import { installFairTurns } from './fair-turns.js'
import { installGuard } from './guard.js'
import { createDocuments, type Documents } from './openapi/documents.js'
import { collectRoutes } from './route-list.js'
import { docsRoutes, ownDocument } from './routes/docs.js'
import { healthRoutes } from './routes/health.js'
import { pageRoutes } from './routes/pages.js'
import { uiRoutes } from './routes/ui.js'
import { v1Routes } from './routes/v1/v1.js'
import { installRequestLog, requestId } from './request-log.js'
import { requestLogger } from './request-logger.js'
import { sharedSchemas } from './schemas/shared.js'
import { installShutdown } from './shutdown.js'
import { readJson } from './strict-json.js'
import { createTlsListener, type TlsListener } from './tls/listener.js'
import { certificateOf, certificateRefusalOf } from './tls/trust.js'
import { routeUnreadable } from './unreadable-url.js'
import { buildValidator, validationProblem } from './validation.js'
import { createWaits, type Waits } from './waits.js'

/** The HTTP server and what its owner needs beside it. */
export interface HttpFaceOfAgent {
  /** Ready for `listen` or `inject`. Closing it ends waits first. */
  readonly app: FastifyInstance
  /** Ends every wait and event stream, and refuses what comes after, except liveness. May be called twice. */
  readonly endWaits: () => void
  /** The OpenAPI documents by file name: what is committed in `openapi/`, byte for byte. */
  readonly renderDocuments: () => Record<string, string>
  /** Every route, and what it asks of who uses it. */
  readonly routes: readonly DecidedRoute[]
}

const description = 'The agent\'s own API. An action is one piece of work; it is on disk before anybody is told of it, and the ' +
  'actions of a lane run one at a time, in the order of scheduling. Errors are problem details (RFC 9457).'

const tags = [
  { name: 'actions', description: 'Scheduling, watching and cancelling work.' },
  { name: 'kinds', description: 'What can be scheduled.' },
  { name: 'access', description: 'Who may do what, and who did.' },
  { name: 'info', description: 'The agent and what it stands beside.' },
  { name: 'health', description: 'What machines ask.' },
  { name: 'about', description: 'Where things are.' }
]

/** Builds the HTTP server: our own API, its pages, and every protocol that has an HTTP face. Opens no port. */
export async function createApp (deps: HttpDeps): Promise<HttpFaceOfAgent> {
  const { config, protocols, observer, tracing = passingTraces } = deps
  const exchanges = createExchanges()
  const certificates = deps.tls == null ? noCertificates : { certificateOf, certificateRefusalOf }
  const deciding = { access: deps.access, ...certificates }
  const waits = createWaits({ exchanges, requireValid: createRecheck(deciding) })
  const { log, tls: keeper = null } = deps
  const tls = keeper === null ? null : createTlsListener({ keeper, log, exchanges, waits })
  const app = createServer(deps, { exchanges, tls })
  const documents = createDocuments()
  const routes = collectRoutes(app)

  app.decorateReply('exchange', null)
  app.decorateRequest('route')
  app.addHook('onRequest', (request, reply, done) => {
    request.route = request.routeOptions
    exchanges.begin(reply)
    done()
  })
  installRequestLog(app, { log, observer, exchanges, waits, tracing })
  installShutdown(app, { exchanges, waits })
  installConnectionLimits(app, exchanges)
  installBacklog(app, { exchanges, log, limit: backlogLimit(config.bodyLimit) })
  installFairTurns(app)
  installGuard(app, config)
  installBodies(app)
  const refuse = installErrors(app, { bodyLimit: config.bodyLimit, routes })
  tls?.install(app)
  const decidedRoutes = installAccess(app, deciding)

  // First the protocols: the UI, which is part of our own API, lists their documents.
  for (const protocol of protocols) await mountProtocol(app, { protocol, documents, refuse, waits })
  await app.register(async scope => await ownApi(scope, { deps, waits, documents }))
  await app.ready()
  const decided = decidedRoutes()

  return { app, endWaits: waits.end, renderDocuments: () => renderAll(documents), routes: decided }
}

/** Where connections are not encrypted, nobody is asked for a certificate. */
const noCertificates = { certificateOf: () => undefined, certificateRefusalOf: () => undefined }

interface ServerParts {
  readonly exchanges: Exchanges
  readonly tls: TlsListener | null
}

function createServer ({ log, config }: Pick<HttpDeps, 'log' | 'config'>, { exchanges, tls }: ServerParts): FastifyInstance {
  const timeouts = { requestTimeout: config.requestTimeoutSeconds * 1000, keepAliveTimeout: 72_000 }
  const limits: ServerOptions = {
    headersTimeout: Math.min(10_000, timeouts.requestTimeout),
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 16 * 1024,
    // The guard does, with an answer that has an id, and a line in the log: Node's own has neither.
    requireHostHeader: false
  }
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    childLoggerFactory: requestLogger,
    genReqId: requestId,
    requestIdHeader: false,
    bodyLimit: config.bodyLimit,
    ...timeouts,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // What bounds a URL is the size of the headers.
    routerOptions: { maxParamLength: Number.MAX_SAFE_INTEGER },
    http: limits,
    // Fastify's own way to TLS makes more servers for a name with several addresses, which nobody would look after.
    ...tls === null ? {} : { serverFactory: encrypted(tls, { ...limits, ...timeouts }) },
    clientErrorHandler: createClientErrorHandler(exchanges, log),
    frameworkErrors: (_error, request, reply) => routeUnreadable(app, request, reply),
    // Its published type describes what the default factory makes, not what Fastify calls.
    schemaController: { compilersFactory: { buildValidator: buildValidator as never } },
    schemaErrorFormatter: validationProblem
  })
  // An expectation that nobody knows may be ignored (RFC 9110, 10.1.1). Node would answer 417 past every hook.
  app.server.on('checkExpectation', app.routing)
  return app
}

function encrypted (tls: TlsListener, options: ServerOptions): (handler: RequestListener) => Server {
  return handler => tls.createServer(options, handler)
}

interface OwnParts {
  readonly deps: HttpDeps
  readonly waits: Waits
  readonly documents: Documents
}

async function ownApi (scope: FastifyInstance, { deps, waits, documents }: OwnParts): Promise<void> {
  await documents.describe(scope, { name: ownDocument, title: 'Steward', description, version: packageVersion(), tags })
  for (const schema of sharedSchemas) scope.addSchema(schema)
  const faces = deps.protocols.flatMap(({ http }) => http ?? [])
  const { docs, ui } = deps.config
  pageRoutes(scope, {
    docs, ui, protocols: faces.map(({ prefix, openapi }) => ({ path: prefix, text: openapi.title }))
  })
  healthRoutes(scope, deps)
  const hub = createEventHub(deps.scheduler)
  await scope.register(async v1 => v1Routes(v1, { deps, waits, hub }), { prefix: '/api/v1' })
  if (ui) await scope.register(uiRoutes)
  if (docs) await scope.register(async below => await docsRoutes(below, documents))
}

interface Mount {
  readonly protocol: Protocol<FastifyInstance, FastifyReply>
  readonly documents: Documents
  readonly refuse: RefuseMissing
  readonly waits: Waits
}

async function mountProtocol (app: FastifyInstance, { protocol, documents, refuse, waits }: Mount): Promise<void> {
  const face = protocol.http
  if (face === undefined) return
  const { document, ...about } = face.openapi
  await app.register(async scope => {
    await documents.describe(scope, { name: document, ...about })
    // So what is missing below the prefix comes to the protocol's error handler.
    scope.setNotFoundHandler(refuse)
    await face.mount(scope, { hold: waits.run, readJson })
  }, { prefix: face.prefix })
}

function renderAll (documents: Documents): Record<string, string> {
  return Object.fromEntries(documents.list().map(({ name }) => [`${name}.json`, documents.render(name) ?? '']))
}

function packageVersion (): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
