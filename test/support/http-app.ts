import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import type { FastifyInstance, FastifyReply, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { systemClock } from '../../src/domain/clock.js'
import { silentLogger } from '../../src/domain/log.js'
import type { Access } from '../../src/domain/ports/access.js'
import type { Inspector } from '../../src/domain/ports/inspector.js'
import { everyObserver, type Observer } from '../../src/domain/ports/observer.js'
import type { Protocol } from '../../src/domain/ports/protocol.js'
import type { Scheduler } from '../../src/domain/ports/scheduler.js'
import { createSecretHeaders, type SecretHeaders } from '../../src/domain/secret-headers.js'
import type { Shard } from '../../src/domain/shard.js'
import { createApp, type HttpFaceOfAgent } from '../../src/http/app.js'
import type { HttpConfig } from '../../src/http/deps.js'
import type { TlsKeeper } from '../../src/http/tls/keeper.js'
import { ActivityLog } from '../../src/scheduler/activity.js'
import { openEngine, type Engine, type EngineOptions, type Teardown } from './engine.js'
import { realAccess } from './access.js'

type Protocols = readonly Protocol<FastifyInstance, FastifyReply>[]

/** What protocols are made of. */
interface ProtocolParts {
  readonly scheduler: Scheduler
  readonly inspector: Inspector
  readonly access: Access
  readonly isSecretHeader: SecretHeaders
}

/** How a server differs from the usual one. */
export interface HttpAppOptions {
  readonly config?: Partial<HttpConfig>
  readonly engine?: EngineOptions
  readonly access?: Access
  readonly inspector?: Partial<Inspector>
  /** The protocols that are mounted, or what makes them. */
  readonly protocols?: Protocols | ((parts: ProtocolParts) => Protocols)
  readonly readiness?: () => string | null
  readonly observer?: Observer
  /** Beside the common ones. */
  readonly secretHeaders?: readonly string[]
  /** The certificates that it listens with. */
  readonly tls?: TlsKeeper
  /** Puts something between the server and the scheduler. */
  readonly wrap?: (scheduler: Scheduler) => Scheduler
}

/** A server on the real scheduler and store, and what a test asks of it. */
export interface HttpApp extends HttpFaceOfAgent {
  readonly engine: Engine
  /** The lines of the log so far, parsed. */
  readonly logged: () => ReadonlyArray<Record<string, unknown>>
  readonly get: (url: string, headers?: Record<string, string>) => Promise<LightMyRequestResponse>
  /** Sends JSON; a text or bytes go out as they are. */
  readonly post: (url: string, body?: unknown, headers?: Record<string, string>) => Promise<LightMyRequestResponse>
  /** Opens a free port; resolves with the URL. */
  readonly listen: () => Promise<string>
}

/** The configuration of the usual server. */
export const usualConfig: HttpConfig = {
  hosts: [], origins: [], bodyLimit: 65_536, waitLimitSeconds: 60, requestTimeoutSeconds: 30, docs: true, ui: true
}

/** A shard whose figure no JavaScript number holds. */
export const largeShard: Shard = {
  id: 'app.db', role: 'primary', commitOffset: { value: 9_223_372_036_854_775_807n, unit: { unit: 'changes' } }, lag: null
}

const calmInspector: Inspector = {
  agent: () => ({ number: '1.2.3', checkout: 'abc', taint: 'not tainted' }),
  datastoreKind: 'sqlite',
  node: async () => ({ id: 'node-1', status: 'HEALTHY', statusReason: null, addresses: { client: 'db:1' }, attributes: { page_size: 4096 } }),
  cluster: async () => ({ id: 'cluster-1', displayName: null, attributes: {} }),
  version: async () => ({ number: '3.53.2', checkout: null, extra: null }),
  shards: async () => [largeShard]
}

/** Builds a server that is closed at the end of the test. The executor is not started. */
export async function openHttpApp (t: Teardown, options: HttpAppOptions = {}): Promise<HttpApp> {
  const engine = openEngine(t, options.engine)
  const lines: string[] = []
  const log = pino({ level: 'debug' }, new Writable({
    write (chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    }
  }))
  const { protocols = [] } = options
  const { clock = systemClock } = options.engine ?? {}
  const activity = new ActivityLog({ store: engine.store, clock, log: silentLogger })
  await activity.start()
  t.teardown(async () => { await activity.stop() })
  const parts = {
    scheduler: options.wrap?.(engine.scheduler) ?? engine.scheduler,
    inspector: { ...calmInspector, ...options.inspector },
    access: options.access ?? realAccess(),
    isSecretHeader: createSecretHeaders(options.secretHeaders ?? [])
  }
  const face = await createApp({
    ...parts,
    log,
    activity,
    agent: { startedAt: clock.now(), actionsDisabled: options.engine?.disabled ?? null },
    config: { ...usualConfig, ...options.config },
    protocols: typeof protocols === 'function' ? protocols(parts) : protocols,
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: async () => 'steward_test 1\n' },
    tls: options.tls ?? null,
    readiness: options.readiness ?? (() => null),
    observer: everyObserver(options.observer === undefined ? [] : [options.observer])
  })
  const { app } = face
  t.teardown(async () => { await app.close() })
  return {
    ...face,
    engine,
    logged: () => lines.map(line => JSON.parse(line) as Record<string, unknown>),
    get: async (url, headers = {}) => await app.inject({ method: 'GET', url, headers }),
    post: async (url, body, headers = {}) => await app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body) })
    }),
    listen: async () => {
      await app.listen({ port: 0, host: '127.0.0.1' })
      return `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    }
  }
}
