import t from 'tap'
import { createInstantFormat, formatInstant, isUtc, parseInstant } from '../src/rfc3339.js'

t.test('an instant is written as RFC 3339 in UTC, with milliseconds', async t => {
  t.equal(formatInstant(0), '1970-01-01T00:00:00.000Z')
  t.equal(formatInstant(Date.UTC(2026, 10, 21, 7, 36, 5, 42)), '2026-11-21T07:36:05.042Z')
  t.equal(formatInstant(null), null)
})

t.test('instants that come in turn, in two formats, are each written as they are', async t => {
  const [one, other] = [createInstantFormat(), createInstantFormat()]
  for (const instant of [5, 5, 6, 5]) {
    t.equal(one(instant), `1970-01-01T00:00:00.00${instant}Z`)
    t.equal(other(instant + 1), `1970-01-01T00:00:00.00${instant + 1}Z`)
  }
})

t.test('a date with any offset is read to the millisecond', async t => {
  const noon = Date.UTC(2026, 10, 21, 12)
  for (const text of ['2026-11-21T12:00:00Z', '2026-11-21t12:00:00z', '2026-11-21T13:30:00+01:30', '2026-11-21T12:00:00.000000-00:00']) {
    t.equal(parseInstant(text), noon, text)
  }
  t.equal(parseInstant('2026-11-21T12:00:00.1239Z'), noon + 123)
})

t.test('anything else is not a date', async t => {
  for (const text of [
    '', 'now', '2026-11-21', '2026-11-21T12:00Z', '2026-11-21T12:00:00', '2026-W47-6T12:00:00Z', '2026-02-30T12:00:00Z', '2026-11-21T25:00:00Z',
    '+002026-11-21T12:00:00Z', '2026-11-21 12:00:00Z', '9999-12-31T23:59:59-01:00', '2026-01-01T00:00:00+99:99',
    '2026-01-01T00:00:00+24:00', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00+01:60', '0000-01-01T00:00:00+01:00'
  ]) t.equal(parseInstant(text), null, text)
})

t.test('UTC is told from other offsets', async t => {
  t.equal(isUtc('2026-11-21T12:00:00Z'), true)
  t.equal(isUtc('2026-11-21T12:00:00+00:00'), true)
  t.equal(isUtc('2026-11-21T12:00:00+01:00'), false)
  t.equal(isUtc('now'), false)
})
