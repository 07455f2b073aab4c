import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify'
import type { ActivityReader } from '../domain/activity.js'
import type { Instant } from '../domain/clock.js'
import type { Access } from '../domain/ports/access.js'
import type { Inspector } from '../domain/ports/inspector.js'
import type { Observer } from '../domain/ports/observer.js'
import type { Protocol } from '../domain/ports/protocol.js'
import type { Scheduler } from '../domain/ports/scheduler.js'
import type { Tracing } from '../domain/ports/tracing.js'
import type { SecretHeaders } from '../domain/secret-headers.js'
import type { TlsKeeper } from './tls/keeper.js'

/** How the HTTP server behaves. */
export interface HttpConfig {
  /** Names that the Host header may have, beside loopback names and IP addresses. */
  readonly hosts: readonly string[]
  /** Origins whose pages may call the agent, for example `https://ops.example`. */
  readonly origins: readonly string[]
  /** The largest body, in bytes. */
  readonly bodyLimit: number
  /** The longest `?wait=`, in seconds. */
  readonly waitLimitSeconds: number
  /** How long a client may take to send one request, in seconds. */
  readonly requestTimeoutSeconds: number
  /** Whether `/docs` and the OpenAPI documents are served. */
  readonly docs: boolean
  /** Whether the dashboard is served at `/ui/`. */
  readonly ui: boolean
}

/** What the agent says of itself beside its version. */
export interface AgentState {
  readonly startedAt: Instant
  /** Why it takes no actions, as a part of a sentence; null where it does. */
  readonly actionsDisabled: string | null
}

/** What the HTTP face is handed. */
export interface HttpDeps {
  readonly scheduler: Scheduler
  readonly inspector: Inspector
  readonly activity: ActivityReader
  readonly agent: AgentState
  readonly access: Access
  readonly log: FastifyBaseLogger
  readonly config: HttpConfig
  /** Protocols with an `http` face are mounted; the others are not looked at. */
  readonly protocols: readonly Protocol<FastifyInstance, FastifyReply>[]
  /** The Prometheus text of `/metrics`. */
  readonly metrics: { readonly contentType: string, text (): Promise<string> }
  /** Null when the agent is ready, else a sentence that says why not. Cheap. */
  readonly readiness: () => string | null
  readonly observer: Required<Observer>
  readonly isSecretHeader: SecretHeaders
  /** Which trace a request belongs to. Absent: that of its caller. */
  readonly tracing?: Tracing
  /** The certificates that connections are encrypted with; null or absent: they are not. */
  readonly tls?: TlsKeeper | null
}
