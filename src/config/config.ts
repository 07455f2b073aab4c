import type { PostgresqlSettings } from '../datastores/postgresql/settings.js'
import type { RedisSettings } from '../datastores/redis/settings.js'
import type { ZookeeperSettings } from '../datastores/zookeeper/settings.js'
import type { Scope } from '../domain/ports/access.js'
import type { ServiceSettings } from '../supervisors/settings.js'

/** The whole configuration, as the agent uses it. Keys and units are those of the file; the schema describes each. */
export interface Config {
  /** HOST:PORT; `parseBind` takes it apart. */
  readonly bind: string
  readonly db: string
  readonly log: { readonly level: LogLevel }
  readonly traces: TracesSettings
  readonly tls: TlsSettings
  readonly access: AccessSettings
  readonly http: HttpSettings
  readonly actions: ActionSettings
  readonly datastore: DatastoreSettings
  readonly node: { readonly address: Readonly<Record<string, string>> }
  readonly service: ServiceSettings
  readonly external_actions: Readonly<Record<string, ExternalActionSettings>>
  readonly replicante: ReplicanteSettings
  readonly activeworkflow: { readonly enabled: boolean }
}

/** The least severe level that is logged. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** Where traces are sent. */
export interface TracesSettings {
  /** Null: nowhere. */
  readonly endpoint: string | null
  readonly headers_file: string | null
  readonly service_name: string
  /** 0 to 1. */
  readonly sample_ratio: number
}

/** Encrypted connections. All files are PEM. */
export interface TlsSettings {
  /** Null: no TLS. */
  readonly server_cert: string | null
  readonly server_key: string | null
  /** Null: clients show no certificate. */
  readonly clients_ca_bundle: string | null
  readonly clients_crl: string | null
  readonly clients: 'required' | 'optional'
}

/** Who may do what. */
export interface AccessSettings {
  /** Null: no tokens are taken. */
  readonly tokens_file: string | null
  readonly local_scopes: readonly Scope[]
  readonly certificates: Readonly<Record<string, CertificateSettings>>
  readonly failures_per_minute: number
}

/** The client certificates of one principal. */
export interface CertificateSettings {
  readonly subjects: readonly string[]
  readonly alternative_names: readonly string[]
  readonly scopes: readonly Scope[]
}

/** The HTTP server. */
export interface HttpSettings {
  readonly hosts: readonly string[]
  readonly origins: readonly string[]
  readonly secret_headers: readonly string[]
  /** Bytes. */
  readonly body_limit: number
  readonly wait_limit_seconds: number
  readonly request_timeout_seconds: number
  readonly docs: boolean
  readonly ui: boolean
}

/** The queue of actions and how it is worked through. */
export interface ActionSettings {
  readonly enabled: 'auto' | boolean
  readonly queue_limit: number
  readonly max_lanes: number
  /** Bytes of JSON. */
  readonly payload_limit: number
  readonly prune_keep: number
  readonly prune_age_days: number
  readonly prune_interval_seconds: number
  readonly grace_seconds: number
}

/** The datastore that the agent stands beside. */
export interface DatastoreSettings {
  readonly kind: 'sqlite' | 'postgresql' | 'redis' | 'zookeeper'
  readonly path: string
  readonly backup_dir: string
  readonly timeout_seconds: number
  readonly node_id: string | null
  readonly cluster_id: string | null
  readonly cluster_display_name_override: string | null
  readonly postgresql: PostgresqlSettings
  readonly redis: RedisSettings
  readonly zookeeper: ZookeeperSettings
}

/** One external action. */
export interface ExternalActionSettings {
  readonly description: string
  readonly action: readonly string[]
  readonly check: readonly string[]
  readonly cancel?: readonly string[]
  /** A JSON Schema. */
  readonly args?: Readonly<Record<string, unknown>>
  readonly timeout_seconds: number
  readonly command_timeout_seconds: number
  readonly check_min_ms: number
  readonly check_max_ms: number
  readonly user: string | null
  readonly nice: number
  readonly working_directory: string | null
  readonly env: Readonly<Record<string, string>>
}

/** The protocol of Replicante Core. */
export interface ReplicanteSettings {
  readonly list: 'own' | 'all'
  readonly classic: {
    readonly enabled: boolean
    readonly trees: { readonly unstable: boolean, readonly introspect: boolean }
  }
  readonly next: { readonly enabled: boolean }
}
