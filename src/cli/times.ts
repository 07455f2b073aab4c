import { InvalidArgumentError } from 'commander'
import { systemClock, type Instant } from '../domain/clock.js'
import { parseInstant } from '../rfc3339.js'

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of a span such as `90s`, `30m`, `12h` or `7d`; null for other texts. */
export function spanOf (text: string): number | null {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  return count === undefined ? null : Number(count) * unitMs[unit as keyof typeof unitMs]
}

/** The moment that a flag names: an RFC 3339 date, or how long ago, as `7d`. Throws commander's error for others. */
export function parseMoment (text: string): Instant {
  const span = spanOf(text)
  const at = span === null ? parseInstant(text) : systemClock.now() - span
  if (at === null) throw new InvalidArgumentError('It must be a time such as 2026-11-21T07:00:00Z, or how long ago, such as 90m, 24h or 7d.')
  return at
}

/** The moment in the future that a flag names: an RFC 3339 date, or in how long, such as `90d`. Throws as above. */
export function parseFuture (text: string): Instant {
  const now = systemClock.now()
  const span = spanOf(text)
  const at = span === null ? parseInstant(text) : now + span
  if (at === null || at <= now) {
    throw new InvalidArgumentError('It must be a time from now on such as 90d, 12h or 30m, or a moment in the future ' +
      'such as 2035-01-01T00:00:00Z.')
  }
  return at
}

/** A whole number from 1 that a flag gives. Throws commander's error for others. */
export function parseCount (text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('It must be a number from 1.')
  return count
}
