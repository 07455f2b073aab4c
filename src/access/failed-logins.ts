import type { Clock, Instant } from '../domain/clock.js'
import type { Logger } from '../domain/log.js'
import { Problem } from '../domain/problem.js'
import { networkOf } from './addresses.js'

const windowMs = 60_000

/** How many addresses are remembered: the oldest make room, so that memory stays bounded. */
const addressLimit = 10_000

interface FailedLoginsOptions {
  /** How many failures of one address are answered and logged one by one in a minute. */
  readonly perMinute: number
  readonly clock: Clock
  readonly log: Logger
}

/** A login that has failed. */
export interface FailedLogin {
  /** The peer's address. */
  readonly remoteAddress: string
  /** The id of the request, where it has one. */
  readonly requestId?: string
  /** Why, as a part of a sentence for whom it concerns. Without any secret. */
  readonly reason: string
  /** The id of the token that was shown, valid or not; null where it has none, or something else was shown. */
  readonly token: string | null
}

/** The failures of one address in one minute. */
interface Window {
  readonly since: Instant
  failures: number
}

/**
 * Makes what counts failed logins. It slows nobody who shows what is valid: behind one address there may be many, whom
 * the mistake of one must not lock out; and what is refused here cannot be found by trying, since a token has 256
 * random bits. The limit is for the log and for programs that try for ever.
 */
export function createFailedLogins ({ perMinute, clock, log }: FailedLoginsOptions): (login: FailedLogin) => Problem {
  const windows = new Map<string, Window>()

  function windowOf (network: string, now: Instant): { window: Window, before: number } {
    const known = windows.get(network)
    if (known !== undefined && now >= known.since && now - known.since < windowMs) return { window: known, before: 0 }
    // Put at the end, so that the first of the map is the oldest.
    windows.delete(network)
    const [oldest] = windows.keys()
    if (windows.size >= addressLimit && oldest !== undefined) windows.delete(oldest)
    const window = { since: now, failures: 0 }
    windows.set(network, window)
    return { window, before: Math.max(0, (known?.failures ?? 0) - perMinute) }
  }

  /** Takes note of a failure, and returns the problem to answer it with. */
  return ({ remoteAddress: address, requestId: request, reason, token }) => {
    const now = clock.now()
    const { window, before } = windowOf(networkOf(address), now)
    window.failures++
    if (before > 0) log.warn({ address, failures: before }, 'failed logins of an earlier minute were not logged')
    if (window.failures <= perMinute) {
      log.warn({ ...request === undefined ? {} : { request }, address, reason, tokenId: token }, 'a login failed')
      return new Problem('unauthenticated', { params: { reason } })
    }
    if (window.failures === perMinute + 1) {
      log.warn({ address, failures: window.failures }, 'too many failed logins: more of this minute are not logged')
    }
    const retryAfterSeconds = Math.ceil((window.since + windowMs - now) / 1000)
    return new Problem('too-many-logins', { params: { reason }, retryAfterSeconds })
  }
}
