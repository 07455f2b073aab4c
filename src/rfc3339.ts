import { DateTime } from 'luxon'
import type { Instant } from './domain/clock.js'

/** Date and time with an offset, as RFC 3339 has them: ISO 8601 admits far more, which no peer of ours would read. */
const shape = /^\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):\d{2}:\d{2}(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** An instant as RFC 3339 in UTC with milliseconds, for example `2026-11-21T07:36:00.000Z`. */
export function formatInstant (instant: Instant): string
export function formatInstant (instant: Instant | null): string | null
export function formatInstant (instant: Instant | null): string | null {
  return instant === null ? null : format(instant)
}

const format = createInstantFormat()

/**
 * Makes a `formatInstant` with a memory of its own for the last instant: an answer has the same one several times over,
 * and so have the answers, and the log lines, of a millisecond.
 */
export function createInstantFormat (): (instant: Instant) => string | null {
  let last = NaN
  let text: string | null = null
  return instant => {
    if (instant !== last) {
      last = instant
      text = DateTime.fromMillis(instant, { zone: 'utc' }).toISO()
    }
    return text
  }
}

/**
 * The instant of an RFC 3339 date with any offset, to the millisecond; null when the text is not one, or its year in
 * UTC has more than four digits.
 */
export function parseInstant (text: string): Instant | null {
  if (!shape.test(text)) return null
  const time = DateTime.fromISO(text.toUpperCase(), { zone: 'utc' })
  return time.isValid && time.year >= 0 && time.year <= 9999 ? time.toMillis() : null
}

/** True when the text is an RFC 3339 date whose offset is UTC. */
export function isUtc (text: string): boolean {
  return shape.test(text) && /([Zz]|[+-]00:00)$/.test(text)
}
