import type { Dispatcher } from 'undici'
import { AgentUnreachable } from './errors.js'

/** PEM texts for TLS. */
export interface ClientTls {
  /** The authorities that are trusted instead of those that Node knows. */
  readonly ca?: string | undefined
  /** The client's certificate, with what is between it and its authority. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/** How requests are sent. */
export interface TransportOptions {
  /** Sent as `Authorization: Bearer`; a function is asked before each request, and none is sent where it gives none. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined
  readonly tls?: ClientTls | undefined
  /** Milliseconds until an answer has to begin, beside what the agent was asked to wait. */
  readonly timeoutMs: number
}

/** Sends requests; rejects with `AgentUnreachable` where no answer comes. */
export interface Transport {
  /** `extraMs`: milliseconds that the agent was asked to hold the answer; Infinity for streams. */
  readonly send: (request: Request, extraMs?: number) => Promise<Response>
  /** Closes idle connections. */
  readonly close: () => Promise<void>
}

/** The transport of a client: Node's `fetch`, with certificates where they are given. */
export function createTransport ({ token, tls, timeoutMs }: TransportOptions): Transport {
  // Node's own fetch takes no certificates. What does is loaded for those alone who have some.
  const secured = tls === undefined ? null : once(() => secure(tls))

  return {
    async send (request, extraMs = 0) {
      const shown = typeof token === 'function' ? await token() : token
      if (shown !== undefined) request.headers.set('authorization', bearer(shown))
      const limit = deadline(extraMs === Infinity ? timeoutMs : timeoutMs + extraMs)
      const signal = AbortSignal.any([request.signal, limit.signal])
      try {
        const send = (await secured?.())?.send ?? (async () => await fetch(request, { signal, redirect }))
        const response = await send(request, signal)
        return extraMs === Infinity && response.ok ? response : await whole(response)
      } catch (error) {
        if (request.signal.aborted) throw request.signal.reason
        throw new AgentUnreachable(new URL(request.url).origin, error)
      } finally {
        // A stream has begun: from here on it may take for ever.
        limit.clear()
      }
    },
    close: async () => { await secured?.().then(({ close }) => close()) }
  }
}

/** Never followed: a POST would become a GET, and the token would go where nobody meant it to. */
const redirect = 'manual'

/** Checked here: what `fetch` says of a header that it does not take has the header in it. */
function bearer (token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new TypeError('the token holds characters that no token has, or none')
  return `Bearer ${token}`
}

interface Deadline {
  readonly signal: AbortSignal
  readonly clear: () => void
}

/** As `AbortSignal.timeout`, but it can be given up. */
function deadline (ms: number): Deadline {
  const limit = new AbortController()
  const timer = setTimeout(() => { limit.abort(new DOMException('it took too long', 'TimeoutError')) }, ms)
  return { signal: limit.signal, clear: () => { clearTimeout(timer) } }
}

/** With its body read: what breaks on the way is trouble of the connection, as before the answer began. */
async function whole (response: Response): Promise<Response> {
  const { status, statusText, headers } = response
  // Browsers tell no more of it: something in between asks for a login, say.
  if (response.type === 'opaqueredirect') throw new Error('what answers there points to another place; load the page anew')
  const text = await response.text()
  return new Response(text === '' ? null : text, { status, statusText, headers })
}

interface Secured {
  readonly send: (request: Request, signal: AbortSignal) => Promise<Response>
  readonly close: () => Promise<void>
}

async function secure ({ ca, cert, key }: ClientTls): Promise<Secured> {
  const { Agent, fetch } = await import('undici')
  const connect = {
    ...ca === undefined ? {} : { ca },
    ...cert === undefined ? {} : { cert },
    ...key === undefined ? {} : { key }
  }
  const dispatcher: Dispatcher = new Agent({ connect })
  return {
    async send (request, signal) {
      const { method, url } = request
      const headers: Array<[string, string]> = []
      request.headers.forEach((value, name) => { headers.push([name, value]) })
      const body = request.body === null ? null : await request.text()
      // The same standard, declared twice: by Node's types and by the package.
      return await fetch(url, { method, headers, body, signal, redirect, dispatcher }) as unknown as Response
    },
    close: () => dispatcher.close()
  }
}

function once<T> (make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}
