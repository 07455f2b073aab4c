import { formatHostPort } from '../../server-login.js'
import { createConnection, type RedisConnection, type RedisLogin } from './connection.js'
import { exactOf, type Info } from './info-text.js'
import { primaryOf, readInfo } from './server-state.js'
import { RedisTrouble } from './trouble.js'

/** Asks the primary of a replica. */
export interface Upstream {
  /**
   * How many bytes of the primary's stream of changes this replica has not got yet; null when it is none, when its
   * primary does not answer within the limit, or when their histories are not the same one.
   */
  lagOf (replica: Info, limitMs: number): Promise<bigint | null>
  close (): void
}

/** How a primary is asked. */
export interface UpstreamOptions {
  /** That of the replica. */
  readonly login: RedisLogin
  /** The servers that are given the login, as `host:port`; none: whatever server the replica follows. */
  readonly primaries: readonly string[]
  readonly timeoutMs: number
}

const noLogin = { username: null, password: null, password_file: null }

/** Makes one that keeps one connection, to the primary that it was asked about last. */
export function createUpstream ({ login, primaries, timeoutMs }: UpstreamOptions): Upstream {
  let connection: RedisConnection | null = null

  const connectionTo = (address: { host: string, port: number }): RedisConnection => {
    if (connection?.address === formatHostPort(address)) return connection
    connection?.close()
    // Whoever may send REPLICAOF to the replica would else have the agent log in anywhere.
    const isTrusted = primaries.length === 0 || primaries.includes(formatHostPort(address))
    connection = createConnection({ login: { ...login, ...isTrusted ? {} : noLogin, ...address }, timeoutMs })
    return connection
  }

  const close = (): void => {
    connection?.close()
    connection = null
  }

  return {
    close,
    async lagOf (replica, limitMs) {
      const address = primaryOf(replica)
      if (address === null) {
        close()
        return null
      }
      try {
        return lagBehind(await readInfo(connectionTo(address), { limitMs }), replica)
      } catch (error) {
        if (error instanceof RedisTrouble) return null
        throw error
      }
    }
  }
}

/** Offsets count within a history, which has an id: those of two histories have nothing to do with each other. */
function lagBehind (primary: Info, replica: Info): bigint | null {
  const history = replica.get('master_replid')
  const [end, own] = [exactOf(primary, 'master_repl_offset'), exactOf(replica, 'slave_repl_offset')]
  const isShared = history !== undefined && [primary.get('master_replid'), primary.get('master_replid2')].includes(history)
  if (!isShared || end === null || own === null) return null
  return end > own ? end - own : 0n
}
