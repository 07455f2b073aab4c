import type { components } from './api.js'

/** What the agent says went wrong (RFC 9457). `type` is stable: programs may branch on it, or on `codeOf`. */
export type Problem = components['schemas']['Problem']

/** The agent answered, and refused. */
export class AgentRefusal extends Error {
  /** The HTTP status. */
  readonly status: number
  /** The last part of the problem's type, for example `unknown-action`; null where the answer was no problem. */
  readonly code: string | null
  /** Null where the answer was no problem: something between here and the agent answered. */
  readonly problem: Problem | null
  /** The answer's X-Request-Id, which the agent's log has too. */
  readonly requestId: string | null
  /** Seconds after which to try again, where the agent said so. */
  readonly retryAfterSeconds: number | null

  constructor (response: Response, body: unknown) {
    const problem = isProblem(body) ? body : null
    super(problem === null ? sentenceOfOther(response) : sentenceOf(problem))
    this.name = 'AgentRefusal'
    this.status = response.status
    this.problem = problem
    this.code = problem?.type.split('/').at(-1) ?? null
    this.requestId = response.headers.get('x-request-id')
    const retryAfter = Number(response.headers.get('retry-after') ?? NaN)
    this.retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null
  }
}

/** The agent did not answer: nobody listens there, the connection broke, or it took too long. */
export class AgentUnreachable extends Error {
  /** The code of the system's error, for example `ECONNREFUSED`; null where there was none. */
  readonly code: string | null

  constructor (url: string, cause: unknown) {
    const { code, words } = causeOf(cause)
    super(`The agent at ${url} cannot be reached: ${words}.`, { cause })
    this.name = 'AgentUnreachable'
    this.code = code
  }
}

function isProblem (body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'type' in body && typeof body.type === 'string' &&
    'detail' in body && typeof body.detail === 'string' && (!('errors' in body) || Array.isArray(body.errors))
}

function sentenceOfOther ({ status, statusText, headers }: Response): string {
  const place = status >= 300 && status < 400 ? headers.get('location') : null
  const answer = `The answer was ${status} ${statusText}`.trim()
  return place === null ? `${answer}.` : `${answer}: it points to ${place}, where nothing is sent unless you name it.`
}

function sentenceOf ({ detail, errors = [] }: Problem): string {
  return [detail, ...errors.map(error => `  ${error.pointer === '' ? '/' : error.pointer}: ${error.detail}`)].join('\n')
}

const wordsOf: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  ENOTFOUND: 'its host has no address',
  EAI_AGAIN: 'its host has no address just now',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; name the authority that is to be trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an authority that is not trusted here; name it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an authority that is not trusted here; name it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an authority that is not trusted here; name it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there; try http://',
  HPE_INVALID_CONSTANT: 'what answers there does not speak HTTP; try https://'
}

/** `fetch` says no more than "fetch failed": what happened is in the causes. */
function causeOf (error: unknown): { code: string | null, words: string } {
  let innermost = error
  for (let depth = 0; depth < 8; depth++) {
    if (!(innermost instanceof Error)) break
    const code = 'code' in innermost && typeof innermost.code === 'string' ? innermost.code : null
    if (code !== null && Object.hasOwn(wordsOf, code)) return { code, words: wordsOf[code]! }
    const inner: unknown = innermost instanceof AggregateError ? innermost.errors[0] : innermost.cause
    if (inner === undefined) return { code, words: innermost.name === 'TimeoutError' ? 'it did not answer in time' : innermost.message }
    innermost = inner
  }
  return { code: null, words: String(innermost) }
}
