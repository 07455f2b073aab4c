import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'

/** A request as it goes out. */
export interface Outgoing {
  readonly method: string
  /** As it stands in the first line: nothing is encoded or put in order. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | null
}

/** An answer as it came. */
export interface Incoming {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Of a stream of events: what came first. */
  readonly body: Buffer
}

/** Far longer than anything takes that is asked here. */
const hangsAfterMs = 30_000

/** Sends requests over one connection at a time, as one that a strict HTTP parser reads. */
export class Sender {
  readonly #url: URL
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor (url: string) {
    this.#url = new URL(url)
  }

  /** Resolves with the whole answer; rejects when the connection breaks, hangs, or the answer is no HTTP. */
  async send ({ method, path, headers, body }: Outgoing): Promise<Incoming> {
    const { hostname, port } = this.#url
    return await new Promise((resolve, reject) => {
      const about = { method, path, headers: { ...headers, ...lengthOf(method, body) } }
      const request = httpRequest({ agent: this.#agent, hostname, port, timeout: hangsAfterMs, ...about }, answer => {
        const { statusCode = 0, headers } = answer
        const parts: Buffer[] = []
        const finish = (): void => { resolve({ status: statusCode, headers, body: Buffer.concat(parts) }) }
        answer.on('data', (part: Buffer) => {
          parts.push(part)
          if (headers['content-type']?.startsWith('text/event-stream') !== true) return
          finish()
          request.destroy()
        })
        answer.once('end', finish)
        answer.once('error', reject)
      })
      request.once('timeout', () => { request.destroy(new Error(`no answer within ${hangsAfterMs} ms`)) })
      request.once('error', reject)
      request.end(body ?? undefined)
    })
  }

  close (): void {
    this.#agent.destroy()
  }
}

function lengthOf (method: string, body: Buffer | null): Record<string, string> {
  if (body === null) return method === 'POST' ? { 'content-length': '0' } : {}
  return { 'content-length': String(body.length) }
}
