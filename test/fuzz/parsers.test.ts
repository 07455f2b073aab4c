import fc from 'fast-check'
import t from 'tap'
import { Problem } from '../../src/domain/problem.js'
import { parseBind } from '../../src/config/bind.js'
import { nearest } from '../../src/nearest.js'
import { parseDuration } from '../../src/http/duration.js'
import { matchesTag } from '../../src/http/etag.js'
import { isExactNumber } from '../../src/http/exact-number.js'
import { hostName } from '../../src/http/guard.js'
import { parseIdempotencyKey } from '../../src/http/idempotency.js'
import { parseStrictJson } from '../../src/http/strict-json.js'
import { readCursor as readOutcomeCursor } from '../../src/protocols/activeworkflow/cursor.js'
import { formatInstant, isUtc, parseInstant } from '../../src/rfc3339.js'
import { listName, makeCursor, readCursor } from '../../src/store/cursors.js'
import { anyJson, anyText, instantText, oddTexts } from '../support/odd-values.js'
import { patience } from '../support/torture.js'
import { isCarried } from './oracle.js'
import { spoiledBytes } from './bytes.js'
import { tries } from './seed.js'

t.setTimeout(patience)

const often = { ci: 500, torture: 200_000 }
const text = fc.oneof(anyText({ maxLength: 60 }), fc.constantFrom(...oddTexts), fc.string({ unit: 'binary-ascii', maxLength: 60 }))

/** What was thrown; undefined when nothing was. */
function thrownBy (call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}

function isProblem (error: unknown, ...codes: string[]): boolean {
  return error instanceof Problem && (codes.length === 0 || codes.includes(error.code))
}

/** Texts with other characters in one place. */
function nearly (whole: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(whole, fc.nat({ max: 40 }), fc.string({ maxLength: 2 }))
    .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + put.length))
}

/** The value with no sign on its zeros, which JSON has and JavaScript does not write. */
const plain = (value: unknown): string => JSON.stringify(value)

t.test('strict JSON takes and refuses bytes as JSON.parse does, and refuses what would be altered', async () => {
  const spoiled = fc.tuple(anyJson, fc.nat({ max: 2 }), spoiledBytes)
    .map(([value, indent, spoil]) => Buffer.from(spoil(JSON.stringify(value, null, indent))))
  await fc.assert(fc.property(fc.oneof(spoiled, text.map(each => Buffer.from(each))), bytes => {
    if (bytes.length === 0) return parseStrictJson(bytes) === undefined
    const error = thrownBy(() => parseStrictJson(bytes))
    let expected: unknown
    try {
      expected = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    } catch {
      return isProblem(error, 'malformed-json')
    }
    if (error !== undefined) return isProblem(error, 'unsafe-json')
    return isCarried(expected as never) && plain(parseStrictJson(bytes)) === plain(expected)
  }), tries(often))
})

t.test('strict JSON takes whatever is carried, however it is spaced and escaped', async () => {
  const escape = (json: string): string => json.replace(/[a-zé]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
  await fc.assert(fc.property(anyJson, fc.constantFrom('', ' ', '\t', '\r\n'), fc.boolean(), (value, space, escaped) => {
    const keyed = JSON.stringify({ key: value, list: [value] }, null, 1).replaceAll('\n', `\n${space}`)
    const json = escaped ? keyed.replace(/"key"/, match => `"${escape(match.slice(1, -1))}"`) : keyed
    return plain(parseStrictJson(Buffer.from(json))) === plain(JSON.parse(json))
  }), tries(often))
})

t.test('a number is exact when it says the same as the number that JavaScript makes of it', async () => {
  const digits = fc.stringMatching(/^(0|[1-9]\d{0,24})$/)
  const number = fc.tuple(fc.constantFrom('', '-'), digits, fc.stringMatching(/^(\.\d{1,24})?$/), fc.stringMatching(/^([eE][+-]?\d{1,3})?$/))
    .map(parts => parts.join(''))
  const shortest = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)
  await fc.assert(fc.property(fc.oneof(number, shortest), json => {
    const value = Number(json)
    return isExactNumber(json) === (Number.isFinite(value) && isSame(json, String(value)))
  }), tries(often))
})

/** Whether two decimal numbers are the same, with all their digits. */
function isSame (one: string, other: string): boolean {
  const [a, b] = [fractionOf(one), fractionOf(other)]
  return a.top * b.bottom === b.top * a.bottom
}

function fractionOf (json: string): { readonly top: bigint, readonly bottom: bigint } {
  const [mantissa = '', power = '0'] = json.toLowerCase().split('e')
  const [whole = '', decimals = ''] = mantissa.split('.')
  const exponent = Number(power) - decimals.length
  const top = BigInt(whole + decimals)
  return exponent >= 0 ? { top: top * 10n ** BigInt(exponent), bottom: 1n } : { top, bottom: 10n ** BigInt(-exponent) }
}

t.test('a list cursor comes back as it was made, and any other text is a problem', async () => {
  const store = '0123456789abcdef'
  const list = listName({ kind: 'a/b' }, 'desc')
  const made = fc.maxSafeNat().map(place => makeCursor(store, list, place))
  const isKept = (place: number): boolean => readCursor(makeCursor(store, list, place), store, list) === place
  await fc.assert(fc.property(fc.maxSafeNat(), isKept), tries(often))
  await fc.assert(fc.property(fc.oneof(text, nearly(made)), cursor => {
    const error = thrownBy(() => readCursor(cursor, store, list))
    if (error !== undefined) return isProblem(error, 'invalid-cursor', 'cursor-gone')
    return Number.isSafeInteger(readCursor(cursor, store, list))
  }), tries(often))
})

t.test('a cursor in an agent\'s memory never fails: what is none leads to the beginning, with a word about it', async () => {
  const source = { storeId: '0123456789abcdef', lastEvent: () => 100, eventTime: () => 1000 }
  const numbers = fc.tuple(fc.constantFrom('0123456789abcdef', 'ff', ''), fc.bigInt({ min: -1n, max: 10n ** 20n }), fc.bigInt({ min: -1n, max: 10n ** 20n }))
  const cursor = fc.oneof(anyJson, text, numbers.map(parts => parts.join('-')))
  await fc.assert(fc.property(cursor, cursor => {
    const { after, trouble } = readOutcomeCursor({ cursor }, source)
    return after === null ? (trouble === null) === (cursor === null) : Number.isSafeInteger(after) && after <= 100
  }), tries(often))
})

t.test('an instant comes back as it was written, and any other text is none', async () => {
  const instant = fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') })
  const isKept = (at: number): boolean => parseInstant(formatInstant(at)) === at && isUtc(formatInstant(at))
  await fc.assert(fc.property(instant, isKept), tries(often))
  await fc.assert(fc.property(instantText, date => parseInstant(date) === Date.parse(date)), tries(often))
  await fc.assert(fc.property(fc.oneof(text, nearly(instantText)), date => {
    const at = parseInstant(date)
    return at === null || (Number.isInteger(at) && parseInstant(formatInstant(at)) === at)
  }), tries(often))
})

t.test('a duration is a whole number of milliseconds or none', async () => {
  const units = fc.constantFrom(['ms', 1], ['s', 1000], ['m', 60_000], ['', 1000])
  await fc.assert(fc.property(fc.nat({ max: 999_999_999 }), units, (count, [unit, ms]) => {
    return parseDuration(`${count}${unit}`) === count * Number(ms)
  }), tries(often))
  await fc.assert(fc.property(text, duration => {
    const ms = parseDuration(duration)
    return ms === null || (Number.isSafeInteger(ms) && ms >= 0)
  }), tries(often))
})

t.test('an address to listen on is taken apart as it was put together', async () => {
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6().map(address => `[${address}]`))
  await fc.assert(fc.property(host, fc.nat({ max: 65_535 }), (host, port) => {
    const bind = parseBind(`${host}:${port}`)
    return bind !== null && bind.port === port && bind.host === host.replace(/^\[|\]$/g, '')
  }), tries(often))
  await fc.assert(fc.property(text, address => {
    const bind = parseBind(address)
    return bind === null || (bind.host !== '' && bind.port >= 0 && bind.port <= 65_535)
  }), tries(often))
})

t.test('a Host header gives the name in it, or none', async () => {
  const name = fc.oneof(fc.domain(), fc.ipV4())
  await fc.assert(fc.property(name, fc.constantFrom('', ':80', ':65535'), (name, port) => hostName(name.toUpperCase() + port) === name.toLowerCase()), tries(often))
  await fc.assert(fc.property(fc.ipV6(), address => hostName(`[${address}]:1`) === address.toLowerCase()), tries(often))
  await fc.assert(fc.property(text, header => !/[/@\s[\]]/.test(hostName(header) ?? '')), tries(often))
})

t.test('an idempotency key comes back from its quotes, and any other text is a problem', async () => {
  const key = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 255 })
  await fc.assert(fc.property(key, key => parseIdempotencyKey(`"${key.replace(/["\\]/g, '\\$&')}"`) === key), tries(often))
  await fc.assert(fc.property(text, header => {
    const error = thrownBy(() => parseIdempotencyKey(header))
    return error === undefined ? parseIdempotencyKey(header) !== '' : isProblem(error, 'invalid-header')
  }), tries(often))
})

t.test('an entity tag is found in any list that holds it, and in no other', async () => {
  const tag = '"0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11-3"'
  const others = fc.array(fc.stringMatching(/^(W\/)?"[a-z0-9 ]{0,8}"$/), { maxLength: 4 })
  const weaknesses = fc.constantFrom('', 'W/')
  const commas = fc.constantFrom(',', ', ', ' ,\t')
  await fc.assert(fc.property(others, others, weaknesses, commas, (before, after, weak, comma) => {
    const isFound = (tags: readonly string[]): boolean => matchesTag(tags.join(comma), tag)
    return isFound([...before, weak + tag, ...after]) && !isFound([...before, ...after])
  }), tries(often))
  await fc.assert(fc.property(text.filter(header => !header.includes('*')), header => !matchesTag(header, tag)), tries(often))
})

t.test('the nearest name is one of the candidates or none', async () => {
  const names = ['bind', 'db', 'actions.enabled', '__proto__', '']
  await fc.assert(fc.property(text, given => {
    return [...names, null].includes(nearest(given.slice(0, 200), names))
  }), tries(often))
})
