import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { figure, NotMeasured, type Figure } from './scenario.js'

/** What is sent, and for how long. */
export interface LoadOptions {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  /** Sent by POST, as JSON. Without it the request is a GET. */
  readonly body?: string
  readonly ifNoneMatch?: string
  /** Sent with each request. */
  readonly token?: string | undefined
  /** Whether all connections are opened before the first request: where latencies matter, and not how they open. */
  readonly settle?: boolean
}

/** What came of it. Latencies are in milliseconds. */
export interface Load {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

const script = fileURLToPath(new URL('wrk.lua', import.meta.url))

/**
 * Loads a server with one request, again and again, on one thread.
 * @throws NotMeasured without wrk; Error when a single answer was an error
 */
export async function load (options: LoadOptions): Promise<Load> {
  const { url, connections, seconds, body, ifNoneMatch, token, settle = false } = options
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, url]
  const child = spawn('wrk', args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...body === undefined ? {} : { BENCH_METHOD: 'POST', BENCH_BODY: body },
      ...token === undefined ? {} : { BENCH_TOKEN: token },
      ...settle ? { BENCH_SETTLE: String(connections) } : {},
      ...ifNoneMatch === undefined ? {} : { BENCH_IF_NONE_MATCH: ifNoneMatch }
    }
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => { text += part })
  await once(child, 'close').catch(() => { throw new NotMeasured('wrk is not installed') })
  const line = /^RESULT (.*)$/m.exec(text)?.[1]
  if (line === undefined) throw new Error(`wrk told nothing of ${url}: ${text}`)
  const { requests, us, p50, p99, errors } = JSON.parse(line) as Record<'requests' | 'us' | 'p50' | 'p99' | 'errors', number>
  if (errors > 0 || requests === 0) throw new Error(`${errors} of ${requests} requests to ${url} failed`)
  return { perSecond: requests / us * 1e6, p50: p50 / 1000, p99: p99 / 1000 }
}

/** Requests per second, p50 and p99 of a load, under a name. */
export function loadFigures (name: string, { perSecond, p50, p99 }: Load): Figure[] {
  return [figure(name, '/s', perSecond), figure(`${name}, p50`, 'ms', p50), figure(`${name}, p99`, 'ms', p99)]
}
