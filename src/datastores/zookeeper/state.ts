import type { DatastoreVersion } from '../../domain/info.js'

/** How a server is, whichever way it was asked. Figures are null where it did not tell them. */
export interface ServerState {
  readonly version: DatastoreVersion
  /** `leader`, `follower`, `observer`, `standalone`, or `read-only` for a server that has lost its quorum. */
  readonly mode: string
  /** The last transaction that the server has processed. Signed 64-bit: the epoch of its leader, and a counter. */
  readonly zxid: bigint
  /** Clients of the moment, the asking one among them. */
  readonly connections: number | null
  /** Requests that wait to be processed. */
  readonly outstanding: number | null
  readonly znodes: number | null
  /** Milliseconds that requests took, since the server started or its statistics were reset. */
  readonly latency: { readonly min: number | null, readonly avg: number | null, readonly max: number | null }
}

const number = /^\d+(?:\.\d+)+(?:-(?:alpha|beta|rc|snapshot)[\d.]*)?/i
const commit = /^-([0-9a-f]{6,40})$/i

/**
 * The parts of a version such as `3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25 08:49 UTC`; null
 * where it does not begin with a number. Packagers build without a commit (Debian's has `${mvngit.commit.id}` in its
 * place): the checkout is null then.
 */
export function parseVersion (text: string): DatastoreVersion | null {
  const [name = '', date = null] = text.split(', built on ', 2)
  const found = number.exec(name)?.[0]
  if (found === undefined) return null
  return { number: found, checkout: commit.exec(name.slice(found.length))?.[1] ?? null, extra: date }
}
