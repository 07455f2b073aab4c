import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientConfig, QueryResultRow } from 'pg'
import { troubleOf } from './trouble.js'

/** Which connection work is done on. */
export interface SessionOptions {
  /** What pg_stat_activity shows; it tells whose the connection is. */
  readonly applicationName: string
  /** Default: that of the settings. */
  readonly database?: string
  readonly signal: AbortSignal
}

/** A connection of its own for statements without a time limit, one after the other. */
export interface Session {
  /** The process id of its backend. */
  readonly pid: number
  /** What role and database have set as the search path, by which a caller's names are meant; its own is empty. */
  readonly searchPath: string
  /** The warnings that the server has sent so far, oldest first, and only so many. */
  readonly warnings: readonly Warning[]
  query<Row extends QueryResultRow> (sql: string, params?: readonly unknown[]): Promise<Row[]>
}

/** A warning of the server. */
export interface Warning {
  readonly message: string
  /** The function of the server's source that has sent it: unlike the message it is never translated. */
  readonly routine: string
}

/** What `openSession` needs beside the options. */
export interface SessionParts extends SessionOptions {
  /** Where it is, for sentences. */
  readonly server: string
  /** Milliseconds that opening, and ending a statement, may take. */
  readonly timeoutMs: number
  readonly makeClient: (config: ClientConfig) => Promise<Client>
  readonly cancelBackend: (pid: number) => Promise<unknown>
}

/** A session as its opener has it. */
export interface OpenSession extends Session {
  /** Ends the statement that runs, if one does. */
  stop (): Promise<void>
  end (): Promise<void>
}

/** How often a cancel is repeated: one that comes before the statement has begun is lost. */
const cancelEveryMs = 200

/** How many warnings of a session are kept, and how many an error tells. */
const maxWarnings = 10_000
const toldWarnings = 10

/** How long the server may take to say goodbye. */
const goodbyeMs = 1_000

/**
 * The server looks this often whether the agent is still there (`client_connection_check_interval`, PostgreSQL 14 on
 * Linux; where there is no such setting it notices at the end of the statement).
 */
const lookForAgent = `
  select set_config(name, '2s', false) from pg_settings where name = 'client_connection_check_interval'`

/** Role and database may have a limit for statements, which is not meant for maintenance. */
const noLimit = '-c statement_timeout=0'

/** Before the search path is empty nothing may be called without its schema. */
const askOwn = "select pg_catalog.pg_backend_pid() as pid, pg_catalog.current_setting('search_path') as \"searchPath\""
const emptySearchPath = "select pg_catalog.set_config('search_path', '', false)"

/** What a session tells of itself. */
type Own = Pick<Session, 'pid' | 'searchPath'>

/**
 * Connects. The end of the signal cancels the statement that runs then, and each later one is refused.
 * @throws PostgresqlError; the signal's reason when it is aborted meanwhile
 */
export async function openSession (parts: SessionParts): Promise<OpenSession> {
  const { signal, server } = parts
  const warnings: Warning[] = []
  const explained = (error: unknown): Error =>
    troubleOf(error, { server, warnings: warnings.slice(-toldWarnings).map(({ message }) => message) })
  const { client, own } = await connect(parts, warnings).catch((error: unknown) => {
    signal.throwIfAborted()
    throw explained(error)
  })

  let running: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    const deadline = performance.now() + parts.timeoutMs
    for (;;) {
      if (running === null) return
      if (performance.now() > deadline) client.connection.stream.destroy()
      await parts.cancelBackend(own.pid).catch(() => {})
      await Promise.race([running, sleep(cancelEveryMs)])
    }
  }
  const onAbort = (): void => { stop().catch(() => {}) }
  signal.addEventListener('abort', onAbort)

  return {
    ...own,
    warnings,
    stop,
    async query<Row extends QueryResultRow> (sql: string, params: readonly unknown[] = []) {
      signal.throwIfAborted()
      const answer = client.query<Row>(sql, [...params])
      running = answer.then(() => {}, () => {}).finally(() => { running = null })
      try {
        return (await answer).rows
      } catch (error) {
        throw explained(error)
      }
    },
    async end () {
      signal.removeEventListener('abort', onAbort)
      await Promise.race([client.end(), sleep(goodbyeMs, undefined, { ref: false })])
      client.connection.stream.destroy()
    }
  }
}

/** A client that has connected within the limit. */
async function connect (parts: SessionParts, warnings: Warning[]): Promise<{ client: Client, own: Own }> {
  const { applicationName, database, signal, timeoutMs, makeClient } = parts
  const client = await makeClient({
    application_name: applicationName, options: noLimit, ...database === undefined ? {} : { database }
  })
  client.on('notice', ({ severity, message = '', routine = '' }) => {
    if (severity === 'WARNING' && warnings.length < maxWarnings) warnings.push({ message, routine })
  })
  // The statement that runs is told of it; without a listener it would end the process.
  client.on('error', () => {})
  const cut = (): void => { client.connection.stream.destroy(new Error('timeout expired')) }
  const timer = setTimeout(cut, timeoutMs)
  signal.addEventListener('abort', cut)
  try {
    signal.throwIfAborted()
    await client.connect()
    const { rows: [own = { pid: 0, searchPath: '' }] } = await client.query<Own>(askOwn)
    for (const sql of [emptySearchPath, lookForAgent]) await client.query(sql)
    return { client, own }
  } catch (error) {
    cut()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cut)
  }
}
