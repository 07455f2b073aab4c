import { createClient, DisconnectsClientError, ErrorReply, type RedisClientOptions } from '@redis/client'
import { formatHostPort, isSocketPath, passwordOf, tlsOf, type TlsOptions } from '../../server-login.js'
import type { RedisSettings } from './settings.js'
import { explainTrouble, RedisTrouble, TimedOut } from './trouble.js'

/** How one command is sent. */
export interface SendOptions {
  /** Milliseconds for the command, with the connecting before it where that is needed. Default: the connection's. */
  readonly limitMs?: number
  /** Ends the waiting. A command that has been sent is carried out nevertheless. */
  readonly signal?: AbortSignal
}

/** One kept connection to a server. It is made when something is sent, and made anew when it was lost. */
export interface RedisConnection {
  /** `HOST:PORT`, or the path of the Unix socket. */
  readonly address: string
  /** Milliseconds that a command may take unless told otherwise. */
  readonly timeoutMs: number
  /**
   * The answer to one command, as RESP 2 has it. Nothing waits for a server that is down: it fails at once.
   * @throws RedisTrouble; the signal's reason once it is aborted
   */
  send (command: readonly string[], options?: SendOptions): Promise<unknown>
  /** Ends the connection, for good: what is sent afterwards fails. */
  close (): void
}

/** Who a connection is made to, and as whom. */
export type RedisLogin = Omit<RedisSettings, 'config_set' | 'primaries'>

/** Makes a connection; touches nothing. */
export function createConnection ({ login, timeoutMs }:
{ readonly login: RedisLogin, readonly timeoutMs: number }): RedisConnection {
  const server = { address: formatHostPort(login), username: login.username }
  let current: Session | null = null
  let closed = false

  const session = (): Session => {
    if (closed) throw new RedisTrouble('The connection to Redis has been closed', { variant: 'CLOSED', unavailable: true })
    if (current === null) {
      const opened = openSession(login, () => { if (current === opened) current = null })
      current = opened
    }
    return current
  }

  return {
    address: server.address,
    timeoutMs,
    async send (command, { limitMs = timeoutMs, signal } = {}) {
      signal?.throwIfAborted()
      const asked = session()
      const answer = asked.client.then(async ready => {
        // Nobody waits any more, so that it must not be carried out either.
        signal?.throwIfAborted()
        return await ready.sendCommand(command)
      })
      try {
        return await limited(answer, { limitMs, signal })
      } catch (error) {
        if (signal?.aborted === true && error === signal.reason) throw error
        // It may be dead without anybody's having said so: the next command gets another one.
        if (error instanceof TimedOut) asked.end(error)
        // To whoever else was waiting, the end of the session says less than why.
        const why = error instanceof ErrorReply ? error : asked.why ?? error
        throw explainTrouble(why, { ...server, password: asked.password })
      }
    },
    close () {
      closed = true
      current?.end()
    }
  }
}

/** The part of the library's client that is used. */
interface Client {
  sendCommand (command: readonly string[]): Promise<unknown>
  destroy (): void
}

interface Session {
  /** Resolves when the server has taken the login. */
  readonly client: Promise<Client>
  /** What it has logged in with; undefined where that was nothing, or is not known yet. */
  readonly password: string | undefined
  /** Why it was ended: an answer that did not come, or was none; null while nothing is known of that. */
  readonly why: Error | null
  end (why?: Error): void
}

/** Connects, once. `onEnd` is called as soon as the session is of no more use. */
function openSession (login: RedisLogin, onEnd: () => void): Session {
  let made: Client | null = null
  let ended = false
  let why: Error | null = null
  let password: string | undefined

  const end = (reason?: Error): void => {
    onEnd()
    if (ended) return
    ended = true
    why = reason ?? null
    made?.destroy()
  }

  const connect = async (): Promise<Client> => {
    const options = await clientOptions(login).catch((error: unknown) => { throw unreadable(login, error as Error) })
    if (ended) throw new DisconnectsClientError()
    const client = createClient(options)
    made = client
    password = options.password
    client.on('error', (error: Error) => {
      onEnd()
      // The library tells those who wait for an answer after it has told this: destroyed now, they would not learn why.
      setImmediate(() => { end(error) })
    })
    await client.connect()
    await introduce(client)
    return client
  }

  const client = connect()
  client.catch(() => { end() })
  return { client, end, get why () { return why }, get password () { return password } }
}

/** Whom CLIENT LIST shows. A user that may not say so is no worse a user. */
async function introduce (client: Client): Promise<void> {
  try {
    await client.sendCommand(['CLIENT', 'SETNAME', 'steward'])
  } catch (error) {
    if (!(error instanceof ErrorReply && error.message.startsWith('NOPERM'))) throw error
  }
}

/** A file that the settings name cannot be read: whoever asks next may find it. */
function unreadable (login: RedisLogin, cause: Error): RedisTrouble {
  return new RedisTrouble(`Redis at ${formatHostPort(login)} cannot be reached: ${cause.message}`, {
    variant: 'SETTINGS', unavailable: true, layers: [cause.message], cause
  })
}

/** The password is read for each connection: a new one in the file is the next one's. */
async function clientOptions (login: RedisLogin) {
  const [password, tls] = await Promise.all([passwordOf(login), isSocketPath(login.host) ? undefined : tlsOf(login)])
  return {
    // RESP 2 and nothing of the library's own: it is understood by every server, and needs no more permissions.
    RESP: 2,
    maintNotifications: 'disabled',
    disableClientInfo: true,
    disableOfflineQueue: true,
    // Limits are kept by `send`.
    commandOptions: { timeout: 0 },
    ...login.username === null ? {} : { username: login.username },
    ...password === undefined ? {} : { password },
    socket: socketOf(login, tls)
  } as const
}

function socketOf ({ host, port }: RedisLogin, tls: TlsOptions | undefined): NonNullable<RedisClientOptions['socket']> {
  // The session makes no second attempt by itself: whoever asks next does.
  const common = { reconnectStrategy: false, connectTimeout: longestConnectMs } as const
  if (isSocketPath(host)) return { ...common, path: host, tls: false }
  return tls === undefined ? { ...common, host, port } : { ...common, host, port, ...tls, tls: true }
}

/** Only a floor under `send`, which keeps every limit: the longest one that can be configured. */
const longestConnectMs = 300_000

/** The promise's result, a `TimedOut` when the limit is over first, or the signal's reason when it is aborted first. */
async function limited<T> (promise: Promise<T>, { limitMs, signal }:
{ readonly limitMs: number, readonly signal: AbortSignal | undefined }): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => { reject(new TimedOut(limitMs)) }, limitMs)
    // Whatever the signal was aborted with: kinds are told by its value.
    const onAbort = (): void => { reject(signal?.reason) }
    signal?.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    })
  })
}
