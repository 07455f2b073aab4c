import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js'
import { parseVersion, type ServerState } from './state.js'
import { codeOf, mustBeServing, ZookeeperTrouble } from './trouble.js'

/** Bytes. The answers that are asked for are about a kilobyte long. */
const longestAnswer = 65_536

/** A command, and the admin server that is asked. */
export interface AdminQuestion {
  readonly command: 'server_stats' | 'configuration'
  /** The URL of the admin server, without a path. */
  readonly url: string
  readonly signal: AbortSignal
}

/** What an admin server says, as a value, and as it came: JavaScript's numbers do not hold all that JSON's do. */
export interface AdminAnswer {
  readonly value: JsonObject
  readonly text: string
}

/**
 * Asks the admin server (ZooKeeper Administrator's Guide, "The AdminServer").
 * @throws ZookeeperTrouble when it cannot be reached, does not know the command, or is no admin server; the signal's
 * reason once it is aborted
 */
export async function askAdmin ({ command, url, signal }: AdminQuestion): Promise<AdminAnswer> {
  const text = await readText({ command, url, signal })
  const value = parseJson(text)
  // With whatever status: since ZooKeeper 3.9 a server that does not serve answers 503.
  if (!isJsonObject(value) || value.command !== command) throw new ZookeeperTrouble(`${url} is no admin server`)
  if (typeof value.error === 'string') {
    mustBeServing(value.error)
    throw new ZookeeperTrouble(`the admin server says: ${value.error}`)
  }
  return { value, text }
}

/**
 * Reads the answer to `server_stats`.
 * @throws ZookeeperTrouble when something in it is missing
 */
export function parseServerStats ({ value, text }: AdminAnswer): ServerState {
  const stats = isJsonObject(value.server_stats) ? value.server_stats : {}
  const version = typeof value.version === 'string' ? parseVersion(value.version) : null
  const { server_state: mode } = stats
  // The digits as they came: a zxid passes 2^53 with the two millionth epoch.
  const zxid = /"last_processed_zxid"\s*:\s*(-?\d{1,19})\b/.exec(text)?.[1]
  if (version === null || typeof mode !== 'string' || zxid === undefined) {
    throw new ZookeeperTrouble('the admin server does not tell version, state and zxid')
  }
  return {
    version,
    mode,
    zxid: BigInt(zxid),
    connections: figure(stats.num_alive_client_connections),
    outstanding: figure(stats.outstanding_requests),
    znodes: figure(value.node_count),
    latency: { min: figure(stats.min_latency), avg: figure(stats.avg_latency), max: figure(stats.max_latency) }
  }
}

async function readText ({ command, url, signal }: AdminQuestion): Promise<string> {
  try {
    const { body } = await fetch(new URL(`/commands/${command}`, url), { signal, redirect: 'error' })
    return body === null ? '' : await readBounded(body, url)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ZookeeperTrouble) throw error
    // What fetch throws says nothing; its cause does.
    const { cause = error } = error as Error
    throw new ZookeeperTrouble(`the connection to ${url} failed (${codeOf(cause)})`, error)
  }
}

async function readBounded (body: ReadableStream<Uint8Array>, url: string): Promise<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    text += decoder.decode(value, { stream: true })
    if (text.length > longestAnswer) {
      await reader.cancel()
      throw new ZookeeperTrouble(`${url} sends more than ${longestAnswer} bytes`)
    }
  }
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function figure (value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null
}
