import fc, { type Arbitrary } from 'fast-check'
import type { JsonValue } from '../../src/domain/json.js'
import { isJsonObject } from '../../src/domain/json.js'

/** Texts of whole characters of every kind: plain ones, marks that combine, other planes, control characters. */
export function anyText (length: { readonly minLength?: number, readonly maxLength?: number } = {}): Arbitrary<string> {
  return fc.oneof(fc.string({ ...length, unit: 'grapheme-ascii' }), fc.string({ ...length, unit: 'binary' }))
}

/** JSON that every reader can carry: whole characters, numbers that come back equal, no key `__proto__`. */
export const anyJson: Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }),
    anyText({ maxLength: 20 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(anyText({ maxLength: 8 }).filter(key => key !== '__proto__'), tie('value'), { maxKeys: 3 })
  )
})).value

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** RFC 3339 dates from the year 1 to 9999, in UTC or with an offset, with and without parts of a second. */
export const instantText: Arbitrary<string> = fc.tuple(
  fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }),
  fc.constantFrom('', '.5', '.123', '.123456789'),
  fc.oneof({ weight: 3, arbitrary: fc.constant('Z') }, fc.integer({ min: -14 * 60, max: 14 * 60 }).map(offsetText))
).map(([date, fraction, offset]) => `${date.toISOString().slice(0, 19)}${fraction}${offset}`)

/** The same in UTC alone. */
export const utcText: Arbitrary<string> = instantText.map(text => text.replace(/[+-]\d\d:\d\d$/, 'Z'))

function offsetText (minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`
}

/** Half of a surrogate pair in various places. */
const brokenTexts = ['\ud800', 'a\udfff', '\udc00\ud800', '\ud83d\ud83d\ude00']

/** Texts that something may stumble over. */
export const oddTexts: readonly string[] = [
  '', ' ', '\u0000', '\u0007\u001b[31m', 'a\r\nset-cookie: x', '\u2028\u2029', '\ufeff', 'e\u0301'.repeat(20), 'ﷺ'.repeat(50),
  '\u202egnp.exe', '😀'.repeat(40), '😀'.repeat(110), `a${'😀'.repeat(110)}`, `ab${'😀'.repeat(600)}`, '__proto__', 'constructor', '../../etc/passwd', '%00', '%2e%2e%2f', '${jndi:ldap://x}', // eslint-disable-line no-template-curly-in-string -- the text itself
  '<script>alert(1)</script>', "' OR 1=1; --", '{{7*7}}', '*', '?', 'null', 'true', '1e400', '0x10', 'x'.repeat(300), 'y'.repeat(9000),
  '2026-02-30T00:00:00Z', '2026-12-31T23:59:60Z', '0000-01-01T00:00:00+14:00', '9999-12-31T23:59:59.999-14:00', '2026-11-21T07:36Z',
  '+010000-01-01T00:00:00Z', '2026-11-21T24:00:00Z', '2026-11-21t07:36:00z', '00000000-0000-0000-0000-000000000000', ...brokenTexts
]

const nested = (depth: number, around: (inner: JsonValue) => JsonValue): JsonValue => {
  let value: JsonValue = 1
  for (let level = 0; level < depth; level++) value = around(value)
  return value
}

/** Values that do not belong where they stand. */
export const oddValue: Arbitrary<JsonValue> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<JsonValue>(...oddTexts) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<JsonValue>(
      null, true, false, 0, -0, -1, 0.5, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, -(2 ** 53), 1e21, 1e-7,
      Number.MAX_VALUE, Number.MIN_VALUE, [], {}, [[]], [null], { '': null }, ['a', 'a'], { length: 1 }, { toString: 'x', valueOf: 1 }
    )
  },
  { weight: 1, arbitrary: fc.constantFrom(90, 120, 140).map(depth => nested(depth, inner => [inner])) },
  { weight: 1, arbitrary: fc.constantFrom(90, 120, 140).map(depth => nested(depth, inner => ({ a: inner }))) },
  { weight: 2, arbitrary: anyJson }
)

const oddKeys = ['x', '', 'constructor', '__proto__', 'toString', 'Kind', 'kind ', '\u0000', 'a/b~c', '\ud800', '0', '😀'.repeat(600)]

/** One thing that is done to one place of a value. */
export interface Slip {
  readonly place: number
  readonly what: 'replace' | 'remove' | 'add' | 'wrap' | 'stretch' | 'other type'
  readonly value: JsonValue
  readonly key: string
}

/** One slip. */
export const anySlip: Arbitrary<Slip> = fc.record({
  place: fc.nat({ max: 1000 }),
  what: fc.constantFrom('replace', 'remove', 'add', 'wrap', 'stretch', 'other type'),
  value: oddValue,
  key: fc.constantFrom(...oddKeys)
})

type Path = readonly (string | number)[]

/** A copy of a value with one slip in it. */
export function withSlip (value: JsonValue, slip: Slip): JsonValue {
  const places = [...placesIn(value)]
  return altered(value, places[slip.place % places.length] ?? [], slip)
}

function * placesIn (value: JsonValue, path: Path = []): Generator<Path> {
  yield path
  if (value === null || typeof value !== 'object') return
  const parts: Iterable<[string | number, JsonValue]> = Array.isArray(value) ? value.entries() : Object.entries(value)
  for (const [step, part] of parts) yield * placesIn(part, [...path, step])
}

function altered (value: JsonValue, [step, ...rest]: Path, slip: Slip): JsonValue {
  if (step === undefined) return slipped(value, slip)
  const isTarget = rest.length === 0
  if (Array.isArray(value)) {
    const part = value[step as number] ?? null
    return value.toSpliced(step as number, 1, ...isTarget && slip.what === 'remove' ? [] : [altered(part, rest, slip)])
  }
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]): [string, JsonValue][] => {
    if (key !== step) return [[key, item]]
    return isTarget && slip.what === 'remove' ? [] : [[key, altered(item, rest, slip)]]
  }))
}

function slipped (value: JsonValue, { what, value: odd, key }: Slip): JsonValue {
  switch (what) {
    case 'remove':
    case 'replace': return odd
    case 'wrap': return [value]
    case 'add': return added(value, key, odd)
    case 'stretch': return stretched(value)
    case 'other type': return typeof value === 'string' ? Number(value) || 1 : JSON.stringify(value)
  }
}

function added (value: JsonValue, key: string, odd: JsonValue): JsonValue {
  if (Array.isArray(value)) return [...value, odd]
  // `fromEntries` defines properties: a key named `__proto__` stays a key.
  return isJsonObject(value) ? Object.fromEntries([...Object.entries(value), [key, odd]]) : [value, odd]
}

function stretched (value: JsonValue): JsonValue {
  if (typeof value === 'string') return `${value}${value || 'a'}`.repeat(5)
  if (typeof value === 'number') return value === 0 ? -1 : value * 1e6 + 0.5
  if (!Array.isArray(value)) return value
  return Array.from({ length: 40 }, (_, index) => value[index % Math.max(1, value.length)] ?? index)
}
