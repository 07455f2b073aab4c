import { Client, Pool } from 'pg'
import type { ClientConfig, QueryResultRow } from 'pg'
import type { Logger } from '../../domain/log.js'
import { formatHostPort, isSocketPath, passwordOf, tlsOf } from '../../server-login.js'
import type { ServerLogin } from '../../server-login.js'
import { openSession } from './session.js'
import type { Session, SessionOptions } from './session.js'
import { troubleOf } from './trouble.js'

/** Where to connect, and as whom. */
export interface ConnectionSettings extends ServerLogin {
  readonly user: string
  readonly database: string
}

/** What connections are made of. */
export interface ConnectionsOptions {
  readonly settings: ConnectionSettings
  /** Milliseconds that one call of `query` may take, connecting included. */
  readonly timeoutMs: number
  readonly log: Logger
}

/**
 * The agent's connections to one server. What goes wrong with them rejects with a `PostgresqlError`. Their search path
 * is empty: with another, whoever may create functions in a schema of it could have the role of the agent call them, as
 * https://wiki.postgresql.org/wiki/A_Guide_to_CVE-2018-1058 says.
 */
export interface Connections {
  /**
   * The rows of a short statement, on one of at most two connections that are kept for a while. Types are those of
   * pg: bigint and numeric come as texts, so that they are exact.
   */
  query<Row extends QueryResultRow> (sql: string, params?: readonly unknown[]): Promise<Row[]>
  /**
   * Does work that takes long on a connection of its own, which is closed after it. When the signal is aborted, the
   * statement is cancelled on the server, and the promise rejects with the signal's reason once it has ended there.
   */
  withSession<T> (options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T>
  /** Ends the kept connections, once what is asked by them is answered. A later question opens another. */
  release (): Promise<void>
  /** Ends the kept connections; those of sessions end with their work. Later calls reject. */
  close (): Promise<void>
}

/** The application name of the agent's kept connections, as pg_stat_activity shows it. */
export const ownApplicationName = 'steward'

/** Enough for the questions of all protocols, which are shared, beside the progress of a running action. */
const poolSize = 2

/** How long an unused connection is kept. */
const idleMs = 10_000

/** Makes the connections to a server. Opens none until it is asked for something. */
export function createConnections ({ settings, timeoutMs, log }: ConnectionsOptions): Connections {
  const server = isSocketPath(settings.host) ? `${settings.host}/.s.PGSQL.${settings.port}` : formatHostPort(settings)
  // Connecting and answering have a share each, so that both together keep within the limit.
  const shareMs = Math.max(1, Math.floor(timeoutMs * 0.45))
  let opened: Promise<Pool> | null = null
  let closed = false

  const pool = (): Promise<Pool> => {
    if (closed) return Promise.reject(new Error('the connections have been closed'))
    // A file that cannot be read now may be there the next time.
    opened ??= openPool().catch((error: unknown) => { opened = null; throw error })
    return opened
  }

  const openPool = async (): Promise<Pool> => {
    const pool = new Pool({
      ...await clientConfig(settings),
      Client: TidyClient,
      application_name: ownApplicationName,
      options: '-c search_path=',
      connectionTimeoutMillis: shareMs,
      query_timeout: shareMs,
      // The server gives up too, and a little earlier: that keeps the connection.
      statement_timeout: Math.max(1, Math.floor(shareMs * 0.9)),
      idleTimeoutMillis: idleMs,
      allowExitOnIdle: true,
      max: poolSize
    })
    pool.on('error', error => { log.debug({ server, reason: error.message }, 'lost an unused connection to the server') })
    return pool
  }

  const release = async (): Promise<void> => {
    const ending = opened
    opened = null
    await (await ending?.catch(() => null))?.end()
  }

  const query = async <Row extends QueryResultRow>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
    try {
      return (await (await pool()).query<Row>(sql, [...params])).rows
    } catch (error) {
      throw troubleOf(error, { server })
    }
  }

  return {
    query,
    release,
    async withSession (options, work) {
      options.signal.throwIfAborted()
      const session = await openSession({
        ...options,
        server,
        timeoutMs,
        makeClient: async own => new TidyClient({ ...await clientConfig(settings), ...own }),
        cancelBackend: pid => query('select pg_cancel_backend($1)', [pid])
      })
      try {
        return await work(session)
      } catch (error) {
        await session.stop()
        options.signal.throwIfAborted()
        throw error
      } finally {
        await session.end()
      }
    },
    async close () {
      closed = true
      await release()
    }
  }
}

async function clientConfig (settings: ConnectionSettings): Promise<ClientConfig> {
  const { host, port, user, database } = settings
  return {
    host,
    port,
    user,
    database,
    // pg calls it once for each connection. An empty text would be asked for in the agent's environment.
    password: async () => await passwordOf(settings) as string,
    ssl: await tlsOf(settings) ?? false,
    keepAlive: true
  }
}

/**
 * A client that ends its connection when the login fails on this side (a password that is missing or unreadable): pg
 * leaves it open then, and the server would hold a place for it for a minute.
 */
class TidyClient extends Client {
  constructor (config?: ClientConfig) {
    super(config)
    this.connection.on('error', () => { this.connection.stream.destroy() })
  }
}
