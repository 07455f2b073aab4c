import {
  ClientClosedError, ClientOfflineError, DisconnectsClientError, ErrorReply, SocketClosedUnexpectedlyError
} from '@redis/client'
import type { JsonObject } from '../../domain/json.js'
import { failed, type Outcome } from '../../domain/kind.js'
import { Problem } from '../../domain/problem.js'

/** What is known of a trouble beyond its sentence. */
interface TroubleDetails {
  /** The first word of an error reply, the code of a system error, or one of this driver's own, such as `TIMEOUT`. */
  readonly variant: string
  /** True when the server cannot be reached now, and might be later. */
  readonly unavailable: boolean
  /** The server's or the system's own words. */
  readonly layers?: readonly string[]
  readonly cause?: unknown
}

/** Trouble with a Redis server that is no defect. The message is a sentence without its full stop. */
export class RedisTrouble extends Error {
  override readonly name = 'RedisTrouble'
  readonly variant: string
  readonly unavailable: boolean
  readonly layers: readonly string[]

  constructor (message: string, { variant, unavailable, layers = [], cause }: TroubleDetails) {
    super(message, { cause })
    this.variant = variant
    this.unavailable = unavailable
    this.layers = layers
  }
}

/** A command, or the connecting before it, took longer than its limit. */
export class TimedOut extends Error {
  readonly limitMs: number

  constructor (limitMs: number) {
    super('There was no answer in time.')
    this.limitMs = limitMs
  }
}

/** Whom the sentences are about. */
export interface Server {
  /** `HOST:PORT`, or the path of a Unix socket. */
  readonly address: string
  /** The user that is logged in as; null: the default user. */
  readonly username: string | null
  /** What must not be seen; undefined where there is none. */
  readonly password: string | undefined
}

/** Says in a sentence what the client library, the system or the server reports. */
export function explainTrouble (error: unknown, server: Server): RedisTrouble {
  if (error instanceof RedisTrouble) return error
  const words = wordsOf(error).map(text => withoutPassword(text, server))
  if (error instanceof ErrorReply) {
    const variant = /^[A-Z][A-Z0-9]*(?=\s|$)/.exec(error.message)?.[0] ?? 'ERR'
    const { says, unavailable = false } = explainReply({ variant, words: error.message, user: server.username })
    return new RedisTrouble(`Redis at ${server.address} ${says}`, { variant, unavailable, layers: words })
  }
  const { says, variant } = explainConnection(error)
  return new RedisTrouble(`Redis at ${server.address} ${says}`, { variant, unavailable: true, layers: words, cause: error })
}

/** True when nobody takes connections where the server should be. */
export function nothingListens (error: unknown): boolean {
  return error instanceof RedisTrouble && (error.variant === 'ECONNREFUSED' || error.variant === 'ENOENT')
}

/** The outcome of a run that met this trouble; `sentence` stands before it, `more` is the kind's own. */
export function failedBy (trouble: RedisTrouble, { sentence, more = {} }:
{ readonly sentence?: string, readonly more?: JsonObject } = {}): Outcome {
  const { message, variant, unavailable } = trouble
  const layers = sentence === undefined ? [...trouble.layers] : [message, ...trouble.layers]
  return failed(sentence ?? `${message}.`, { layers, variant, reason: unavailable ? 'unavailable' : 'error', more })
}

/** What the work comes to; a failed outcome when it meets trouble with the server. */
export async function orTrouble (work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RedisTrouble) return failedBy(error)
    throw error
  }
}

/** What a driver's question rejects with. What is no trouble is a defect, and stays what it is. */
export function asProblem (error: unknown): unknown {
  if (!(error instanceof RedisTrouble)) return error
  return new Problem('datastore-unavailable', { params: { reason: error.message }, cause: error })
}

interface Explanation {
  readonly says: string
  readonly unavailable?: boolean
}

function explainReply ({ variant, words, user }: { variant: string, words: string, user: string | null }): Explanation {
  const who = user === null ? 'the default user' : `the user ${user}`
  switch (variant) {
    case 'LOADING': return { says: 'is loading its data', unavailable: true }
    case 'BUSY': return { says: 'is busy with a script', unavailable: true }
    case 'NOAUTH': return { says: 'wants a login, and no password is configured', unavailable: true }
    case 'WRONGPASS': return { says: `refuses the login of ${who}`, unavailable: true }
    case 'NOPERM': return { says: `does not allow ${who} to run this: grant the commands that docs/redis.md lists` }
    case 'DENIED': return { says: 'is in protected mode and takes no connection from this machine' }
  }
  // These have no word of their own.
  if (words.includes('max number of clients')) return { says: 'takes no more clients', unavailable: true }
  if (words.includes('AUTH')) return { says: `refuses the login of ${who}`, unavailable: true }
  return { says: 'refuses the command' }
}

function explainConnection (error: unknown): { says: string, variant: string } {
  if (error instanceof TimedOut) return { says: `did not answer in time (${Math.round(error.limitMs) / 1000} s)`, variant: 'TIMEOUT' }
  const { code } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT': return { says: `takes no connections: nothing listens there (${code})`, variant: code }
    case 'ECONNRESET':
    case 'EPIPE': break
    case undefined:
      if (isEndOfConnection(error)) break
      return { says: 'does not answer as a Redis server would', variant: 'NO_REDIS' }
    default: return { says: `cannot be reached (${code})`, variant: code }
  }
  return { says: 'has closed the connection', variant: 'CONNECTION_LOST' }
}

/** A server that does not know a command repeats its arguments, and cuts off long ones: tokens are longer than that. */
function withoutPassword (text: string, { password }: Server): string {
  const masked = text.replace(/(with args beginning with:) .*/s, '$1 ***')
  return password === undefined ? masked : masked.replaceAll(password, '***')
}

/** Everything else without a code comes from the library's reader, which has met what it does not understand. */
function isEndOfConnection (error: unknown): boolean {
  return [ClientClosedError, ClientOfflineError, DisconnectsClientError, SocketClosedUnexpectedlyError]
    .some(type => error instanceof type)
}

/** Node tries each address of a name, and then says what came of each. */
function wordsOf (error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(wordsOf)
  return [error instanceof Error ? error.message : String(error)]
}
