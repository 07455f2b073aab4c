import { beginning } from './json.js'

/** The kinds of trouble that every protocol can express. Each protocol maps them to its own errors in one table. */
export type ProblemCategory =
  | 'invalid' // the request is wrong, and stays wrong
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'method' // the resource exists, the method is not for it
  | 'conflict'
  | 'gone' // it was there, and has been pruned
  | 'too-large'
  | 'unsupported' // not the media type that is understood
  | 'busy' // too much waiting: try again later
  | 'full' // the disk has no room
  | 'unavailable' // not now: stopping, or something that is needed is down
  | 'internal'

interface CatalogueEntry {
  readonly category: ProblemCategory
  readonly title: string
  /** The sentence for the caller; `{name}` stands for a parameter. */
  readonly detail: string
}

/** Every problem that Steward reports, by its code. Codes are stable: clients branch on them. */
export const problems = {
  'malformed-json': { category: 'invalid', title: 'The body is not JSON', detail: 'The body is not valid JSON: {reason}.' },
  'unsafe-json': { category: 'invalid', title: 'The JSON cannot be kept as it is', detail: 'The body holds something that could not be given back unchanged; see errors.' },
  'invalid-request': { category: 'invalid', title: 'The request is not valid', detail: 'The request does not fit its schema; see errors.' },
  'invalid-args': { category: 'invalid', title: 'The arguments are not valid', detail: 'The kind "{kind}" does not take these arguments; see errors.' },
  'unknown-kind': { category: 'invalid', title: 'Unknown kind', detail: 'No kind of action is named "{kind}". GET /api/v1/kinds lists those that there are.' },
  'invalid-id': { category: 'invalid', title: 'Not an action id', detail: 'An action id is a UUID, for example 0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11; this is not: "{id}".' },
  'invalid-cursor': { category: 'invalid', title: 'Not a cursor of this list', detail: 'The cursor was not made by this list with these filters and this order. Begin again without a cursor.' },
  'invalid-header': { category: 'invalid', title: 'A header is not valid', detail: 'The header {header} is not valid: {reason}.' },
  'host-refused': { category: 'forbidden', title: 'Host not served', detail: 'The Host header names "{host}", which is not a name of this agent. Use an address or localhost, or add the name to http.hosts.' },
  'origin-refused': { category: 'forbidden', title: 'Origin refused', detail: 'Requests from pages of another origin are refused ({origin}). Add the origin to http.origins to allow it.' },
  'actions-disabled': { category: 'forbidden', title: 'Actions are disabled', detail: 'This agent does not take actions: {reason}.' },
  unauthenticated: { category: 'unauthenticated', title: 'Not authenticated', detail: 'This needs a token or a client certificate: {reason}.' },
  forbidden: { category: 'forbidden', title: 'Not allowed', detail: 'The principal "{principal}" may not {operation}.' },
  'unknown-action': { category: 'missing', title: 'No such action', detail: 'No action has the id {id}. It never existed here, or has been pruned.' },
  'unknown-path': { category: 'missing', title: 'Nothing here', detail: 'There is nothing at {path}. GET / says where things are.' },
  'no-such-kind': { category: 'missing', title: 'No such kind', detail: 'No kind of action is named "{kind}". GET /api/v1/kinds lists those that there are.' },
  'method-not-allowed': { category: 'method', title: 'Method not allowed', detail: '{path} does not take {method}. It takes {allowed}.' },
  'action-exists': { category: 'conflict', title: 'The id is taken', detail: 'An action with the id {id} exists and has other content.' },
  'action-finished': { category: 'conflict', title: 'The action has finished', detail: 'The action {id} is {state}; it cannot be cancelled any more.' },
  'cancel-refused': { category: 'conflict', title: 'The action cannot be cancelled', detail: 'The action {id} cannot be cancelled now: {reason}.' },
  'cursor-gone': { category: 'gone', title: 'The cursor is of another store', detail: 'The cursor was made before this agent\'s database was replaced. Begin again without a cursor.' },
  'body-too-large': { category: 'too-large', title: 'The body is too large', detail: 'The body may hold at most {limit} bytes.' },
  'unsupported-media-type': { category: 'unsupported', title: 'Not JSON', detail: 'Send the header "Content-Type: application/json", also when there is no body.' },
  'too-many-logins': { category: 'busy', title: 'Too many failed logins', detail: 'Too many logins from this address have failed: {reason}. Try again later.' },
  'queue-full': { category: 'busy', title: 'The queue is full', detail: '{limit} actions are waiting or running, which is the limit. Try again when some have finished.' },
  'too-many-waits': { category: 'busy', title: 'Too many are waiting', detail: '{limit} {what} are open, which is the limit. Try again later; without waiting, every action can be read at once.' },
  'store-full': { category: 'full', title: 'The disk is full', detail: 'The disk that holds the database has no room, so nothing new is taken. Free some space; nothing that was accepted is lost.' },
  'store-unavailable': { category: 'unavailable', title: 'The database does not answer', detail: 'The database could not be written. Nothing of this request was kept.' },
  'shutting-down': { category: 'unavailable', title: 'The agent is stopping', detail: 'The agent is stopping and takes nothing new.' },
  'datastore-unavailable': { category: 'unavailable', title: 'The datastore does not answer', detail: 'The datastore does not answer: {reason}.' },
  internal: { category: 'internal', title: 'Internal error', detail: 'Something went wrong inside the agent. Its log has the details under the request id {request}.' }
} as const satisfies Record<string, CatalogueEntry>

/** The code of a problem: the last part of its `type` URL. */
export type ProblemCode = keyof typeof problems

/** One place in a request that is wrong. */
export interface Violation {
  /**
   * JSON pointer (RFC 6901) into the body or the arguments; for a query string or header, its name after a `#`-less
   * slash.
   */
  readonly pointer: string
  readonly detail: string
}

interface ProblemOptions {
  readonly params?: Readonly<Record<string, string | number>>
  readonly errors?: readonly Violation[]
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/**
 * Trouble with a name. Everything that Steward refuses is thrown as one of these; anything else that is thrown is a
 * defect.
 */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly category: ProblemCategory
  readonly title: string
  readonly errors: readonly Violation[]
  /** Seconds after which to try again, where that helps. */
  readonly retryAfterSeconds: number | null

  constructor (code: ProblemCode, options: ProblemOptions = {}) {
    const entry: CatalogueEntry = problems[code]
    super(fill(entry.detail, options.params ?? {}), options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.category = entry.category
    this.title = entry.title
    this.errors = options.errors ?? []
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
  }
}

function fill (template: string, params: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '?'))
}

/** What a server framework throws for a request that it refuses: an error with an HTTP status. */
interface FrameworkError {
  readonly statusCode?: number
  readonly message?: string
}

/** What is said of a request whose handling failed. */
export interface FailedRequest {
  readonly id: string
  /** Bytes. */
  readonly bodyLimit: number | undefined
}

/**
 * What was thrown while a request was handled, as a problem. What is no problem and no refusal of the framework is a
 * defect: `internal`, and its text stays inside.
 */
export function asProblem (error: unknown, { id, bodyLimit }: FailedRequest): Problem {
  if (error instanceof Problem) return error
  const { statusCode = 500, message = 'is not valid' } = (error ?? {}) as FrameworkError
  if (statusCode === 413) return new Problem('body-too-large', { params: { limit: bodyLimit ?? '?' }, cause: error })
  if (statusCode >= 400 && statusCode < 500) {
    return new Problem('invalid-request', { errors: [{ pointer: '', detail: message }], cause: error })
  }
  return new Problem('internal', { params: { request: id }, cause: error })
}

/** How much of a pointer an answer repeats: the names in it are the caller's, and may be as long as its body. */
export const pointerLength = 1000

/** One violation in a sentence's part. */
export function describeViolation ({ pointer, detail }: Violation): string {
  return pointer === '' ? detail : `${beginning(pointer, pointerLength)} ${detail}`
}
