import { DatabaseError } from 'pg'
import { failed } from '../../domain/kind.js'
import type { JsonObject } from '../../domain/json.js'
import type { Outcome } from '../../domain/kind.js'

/** What is wrong with a server, or with the way to it. */
export interface Trouble {
  /** What went wrong and what to do about it. */
  readonly sentence: string
  /** True when the server could not be reached or went away: the same may well succeed later. */
  readonly unavailable: boolean
  /** The server's own words, or those of the network. */
  readonly layers: string[]
  /** The SQLSTATE, or the code of the network's error such as `ECONNREFUSED`; null where there is none. */
  readonly variant: string | null
}

/** A server that refused, failed or could not be reached. Its message is the sentence. */
export class PostgresqlError extends Error {
  readonly trouble: Trouble

  constructor (trouble: Trouble, cause?: unknown) {
    super(trouble.sentence, { cause })
    this.name = 'PostgresqlError'
    this.trouble = trouble
  }
}

/** What an error of a connection or a statement means. @throws the error itself when it is none of the server's */
export function explainTrouble (error: unknown): Trouble {
  if (error instanceof PostgresqlError) return error.trouble
  throw error
}

/** The failed outcome that an error means. @throws the error itself when it is none of the server's */
export function failedBy (error: unknown, more: JsonObject = {}): Outcome {
  const { sentence, unavailable, layers, variant } = explainTrouble(error)
  return failed(sentence, { layers, variant, reason: unavailable ? 'unavailable' : 'error', more })
}

/** Where a server is, for sentences; what it said as warnings before the error. */
export interface TroubleContext {
  /** For example `127.0.0.1:5432`. */
  readonly server: string
  readonly warnings?: readonly string[]
}

/** Says in a sentence what the client library reports. */
export function troubleOf (error: unknown, { server, warnings = [] }: TroubleContext): PostgresqlError {
  if (error instanceof PostgresqlError) return error
  const variant = codeOf(error)
  const layers = [...wordsOf(error), ...warnings]
  const { sentence, unavailable } = explain({ error, variant, server, said: layers[0] ?? '' })
  return new PostgresqlError({ sentence, unavailable, layers, variant }, error)
}

interface Explanation { readonly sentence: string, readonly unavailable: boolean }

function explain ({ error, variant, server, said }:
{ error: unknown, variant: string | null, server: string, said: string }): Explanation {
  const known = sentences[variant ?? ''] ?? byMessage.find(([pattern]) => pattern.test(said))?.[1]
  if (known !== undefined) {
    const sentence = known.sentence.replace('{server}', () => server).replace('{said}', () => said)
    return { sentence, unavailable: known.unavailable }
  }
  if (error instanceof DatabaseError) return { sentence: `PostgreSQL refused: ${said}.`, unavailable: false }
  return { sentence: `The PostgreSQL server at ${server} cannot be used: ${said}.`, unavailable: true }
}

const down = (sentence: string): Explanation => ({ sentence, unavailable: true })
const refused = (sentence: string): Explanation => ({ sentence, unavailable: false })

const slow = down('The PostgreSQL server at {server} did not answer in time. It is overloaded, held, or the network is slow.')
const lost = down('The PostgreSQL server at {server} went away in the middle.')
const notRunning = down('The PostgreSQL server at {server} cannot be reached: nothing listens there. Start it, or correct host and port.')
const unknownHost = down('The host of the PostgreSQL server at {server} is not known. Correct the setting host, or the name service.')
const noRoute = down('The PostgreSQL server at {server} cannot be reached: there is no way to its host. Look at the network.')

/** By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) and by the codes of Node's errors. */
const sentences: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: notRunning,
  ENOENT: notRunning,
  EACCES: down('The socket of the PostgreSQL server at {server} may not be used by this user. Correct its permissions.'),
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  ETIMEDOUT: slow,
  ECONNRESET: lost,
  EPIPE: lost,
  '08006': lost,
  28000: down('The PostgreSQL server at {server} refuses the login: {said}. Correct the role, or pg_hba.conf.'),
  '28P01': down('The PostgreSQL server at {server} refuses the login: {said}. Correct the user or the password.'),
  '3D000': refused('The database does not exist on the PostgreSQL server at {server}. Correct its name.'),
  42501: refused('The role of the agent may not do this on the PostgreSQL server at {server}. Grant it the privilege.'),
  53300: down('The PostgreSQL server at {server} has too many connections. End some, or raise max_connections.'),
  '55P03': refused('A lock was not to be had in time on the PostgreSQL server at {server}. Try again when its holder has ended.'),
  '57P01': down('The PostgreSQL server at {server} went away in the middle: it was shut down, or the connection was ended by an administrator.'),
  '57P02': down('The PostgreSQL server at {server} went away in the middle: one of its processes crashed.'),
  '57P03': down('The PostgreSQL server at {server} takes no connections now: it is starting up or shutting down. Try again.'),
  '58P01': refused('The PostgreSQL server at {server} misses a file.')
}

/** What has no code of its own: words of the client library, or one code for two things. */
const byMessage: readonly (readonly [RegExp, Explanation])[] = [
  [/^(timeout expired|Query read timeout|timeout exceeded|Connection terminated due to connection timeout)/, slow],
  [/^canceling statement due to statement timeout/, slow],
  [/^canceling statement due to user request/, refused('The statement was cancelled on the PostgreSQL server at {server}.')],
  [/^Connection terminated|not queryable$/, lost],
  [/client password must be/, down('The PostgreSQL server at {server} asks for a password. Set password or password_file.')],
  [/certificate/, down('The certificate of the PostgreSQL server at {server} is not trusted. Correct tls_ca, or the certificate.')],
  [/does not support SSL/, down('The PostgreSQL server at {server} has no TLS. Switch ssl on there, or set tls to disable.')]
]

function codeOf (error: unknown): string | null {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : null
}

/** Message, detail and hint; of an address that has several, each attempt. */
function wordsOf (error: unknown): string[] {
  if (error instanceof DatabaseError) {
    return [error.message, error.detail, error.hint].filter(words => words !== undefined)
  }
  if (error instanceof AggregateError) return error.errors.map(String)
  return [error instanceof Error ? error.message : String(error)]
}
