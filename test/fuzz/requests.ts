import fc, { type Arbitrary } from 'fast-check'
import type { JsonValue } from '../../src/domain/json.js'
import { anySlip, oddTexts, withSlip } from '../support/odd-values.js'
import { fitting, type Meanings } from '../support/schema-arbitrary.js'
import { spoiledBytes } from './bytes.js'
import type { Operation, Parameter } from './documents.js'
import { tamed, told } from './meanings.js'

/** A request before it goes out: texts may still hold marks (`@id:3`) for what earlier answers told. */
export interface Plan {
  readonly operation: Operation
  /** Texts for the braces in the path, encoded. */
  readonly path: Readonly<Record<string, string>>
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: Readonly<Record<string, string>>
  /** Null: none. */
  readonly body: { readonly text: string } | { readonly bytes: Uint8Array } | null
  /** Whether it was made to be valid, and has had no slip. */
  readonly isMeantWell: boolean
}

/** Valid requests of an operation, whose values mean something. */
export function fittingRequest (operation: Operation, byName: NonNullable<Meanings['byName']>): Arbitrary<Plan> {
  const { parameters, body, resolve, method } = operation
  const meanings = { byName, resolve }
  const valueOf = ({ name, schema }: Parameter): Arbitrary<JsonValue> => byName[name] ?? fitting(schema, meanings)
  const having = (place: Parameter['in']): Parameter[] => parameters.filter(parameter => parameter.in === place)
  const path = fc.record(Object.fromEntries(having('path').map(each => [each.name, pathText(each, valueOf(each))])))
  // A cursor is of one list alone: those that are told are followed.
  const query = fc.tuple(...having('query').filter(({ name }) => name !== 'cursor').map(each => queryPairs(each, valueOf(each))))
  const named = having('header').map(each => [each.name, valueOf(each).map(String)] as const)
  const headers = fc.record(Object.fromEntries(named), { requiredKeys: [] })
  const content = body === null ? nothingToSay(method) : bodyText(fitting(body.schema, meanings))
  return fc.record({ path, query, headers, content }).map(({ path, query, headers, content }) => ({
    operation,
    path,
    query: query.flat(),
    headers: { host: 'localhost', ...method === 'POST' ? { 'content-type': 'application/json' } : {}, ...headers },
    body: content,
    isMeantWell: true
  }))
}

function nothingToSay (method: string): Arbitrary<Plan['body']> {
  return method === 'POST' ? fc.constantFrom(null, { text: '{}' }, { text: 'null' }) : fc.constant(null)
}

function bodyText (value: Arbitrary<JsonValue>): Arbitrary<Plan['body']> {
  return value.map(each => ({ text: JSON.stringify(tamed(each)) }))
}

function pathText ({ name }: Parameter, value: Arbitrary<JsonValue>): Arbitrary<string> {
  const texts = value.map(String).filter(text => text !== '').map(encoded)
  // Kinds hold slashes, which may stand as they are.
  return name === 'kind' ? fc.tuple(texts, fc.boolean()).map(([text, raw]) => raw ? text.replaceAll('%2F', '/') : text) : texts
}

/** Encoded, but for the signs of marks. */
function encoded (text: string): string {
  return encodeURIComponent(wholeCharacters(text)).replaceAll('%40', '@').replaceAll('%3A', ':')
}

/** The text with the replacement character for halves of surrogate pairs, which no URL can carry. */
export function wholeCharacters (text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}

function queryPairs ({ name, required }: Parameter, value: Arbitrary<JsonValue>): Arbitrary<[string, string][]> {
  const pairs = fc.tuple(value, fc.boolean()).map(([given, commas]) => {
    const texts = [given].flat().map(String)
    return (commas ? [texts.join(',')] : texts).map((text): [string, string] => [name, text])
  })
  return required ? pairs : fc.oneof(fc.constant<[string, string][]>([]), pairs)
}

/** Requests of an operation in which one thing is not as it should be, or at least odd. */
export function slippedRequest (operation: Operation, valid: Arbitrary<Plan>): Arbitrary<Plan> {
  const change = fc.oneof(
    { weight: operation.path.includes('{') ? 2 : 0, arbitrary: pathSlip(operation) },
    { weight: 2, arbitrary: querySlip(operation) },
    { weight: 2, arbitrary: headerSlip },
    { weight: operation.method === 'POST' ? 8 : 1, arbitrary: bodySlip }
  )
  return fc.tuple(valid, change).map(([plan, apply]) => ({ ...apply(plan), isMeantWell: false }))
}

type Change = (plan: Plan) => Plan

const brokenPaths = ['%zz', '%', '%ff', '%c0%ae', '..', '.', '%2e%2e%2f', '%00', '%2F', '*', ':', 'a%20b', '%f0%9f%98%80', '%ed%a0%80', 'x'.repeat(4000)]

function pathSlip ({ path }: Operation): Arbitrary<Change> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  if (names.length === 0) return fc.constant(plan => plan)
  const odd = fc.constantFrom(...oddTexts.filter(text => text !== '')).map(encoded)
  return fc.tuple(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...brokenPaths), odd, told('id')))
    .map(([name, text]) => plan => ({ ...plan, path: { ...plan.path, [name]: text } }))
}

function querySlip ({ parameters }: Operation): Arbitrary<Change> {
  const known = parameters.filter(parameter => parameter.in === 'query').map(({ name }) => name)
  const name = fc.constantFrom(...known, ...known, ...known, 'unknown', '__proto__', 'limit[]', '')
  const value = fc.oneof(
    fc.constantFrom(...oddTexts), fc.constantFrom('0', '1001', '-1', '1.5', '1e2', '0x10', ' 5', '5 ', '+5', '999999999', 'NEW,', ',', 'DONE,DONE', 'asc'),
    told('cursor'), told('id'), told('event')
  )
  return fc.tuple(name, value, fc.boolean()).map(([name, text, instead]) => plan => {
    const others = instead ? plan.query.filter(([other]) => other !== name) : plan.query
    return { ...plan, query: [...others, [name, wholeCharacters(text)]] }
  })
}

const oddHeaders: ReadonlyArray<readonly [name: string, values: readonly string[]]> = [
  ['host', ['evil.example', 'localhost:1', '[::1]:80', '127.0.0.1', '', 'localhost.', 'LOCALHOST', '1.2.3.4.5', 'h'.repeat(300), 'local host', '@', '[::1', 'a/b', '::1', 'localhost:99999']],
  ['origin', ['null', 'http://localhost', 'https://evil.example', '', 'http://localhost:99999', 'file://', 'http://', 'http://localhost\u00ff']],
  ['sec-fetch-site', ['cross-site', 'none', 'x']],
  ['content-type', ['', 'text/plain', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'application/json; charset=latin1', 'application/json; x=y', 'APPLICATION/JSON', 'application/problem+json', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', ';', 'application/json,text/plain', '*/*']],
  ['accept', ['text/html', 'text/html;q=0', 'application/xml', '', '*/*;q=x', 'a'.repeat(2000)]],
  ['accept-encoding', ['gzip', 'br;q=1', '*']],
  ['if-none-match', ['*', 'W/"x"', '"a", "b"', ',', ',,,,', '', '"'.repeat(500)]],
  ['idempotency-key', ['', '"', '"a"', '""', 'a b', '\u00e9', 'k'.repeat(255), 'k'.repeat(256), '"a\\"b"', '"a\\b"', 'x, y']],
  ['last-event-id', ['', 'x', '-', '-1', '0-0', '9'.repeat(20), 'x-1', `x-${'9'.repeat(15)}-1`, '\u00ff']],
  ['authorization', ['Bearer x', 'Basic eDp5', 'Bearer', '', 'bearer  x', `Bearer ${'t'.repeat(5000)}`]],
  ['cookie', ['a=b', '__proto__=x']],
  ['x-request-id', ['x', '', 'y'.repeat(2000), '{"a":1}']],
  ['x-http-method-override', ['DELETE']],
  ['x-forwarded-for', ['1.2.3.4', 'x']],
  ['range', ['bytes=0-1']],
  ['connection', ['close', 'keep-alive, host', 'x']],
  ['__proto__', ['x']],
  ['constructor', ['x']]
]

const headerSlip: Arbitrary<Change> = fc.constantFrom(...oddHeaders)
  .chain(([name, values]) => fc.constantFrom(...values).map(value => [name, value]))
  // `fromEntries` defines properties: a header named `__proto__` stays one.
  .map(header => plan => ({ ...plan, headers: Object.fromEntries([...Object.entries(plan.headers), header]) }))

const slippedBody: Arbitrary<Change> = anySlip.map(slip => plan => {
  const value = plan.body !== null && 'text' in plan.body ? JSON.parse(plan.body.text) as JsonValue : {}
  return { ...plan, body: { text: JSON.stringify(tamed(withSlip(value, slip))) } }
})

const spoiledBody: Arbitrary<Change> = spoiledBytes.map(spoil => plan => {
  const text = plan.body !== null && 'text' in plan.body ? plan.body.text : '{"a":1}'
  return { ...plan, body: { bytes: spoil(text) } }
})

const bodySlip: Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: slippedBody },
  { weight: 3, arbitrary: spoiledBody },
  { weight: 1, arbitrary: fc.constant((plan: Plan) => ({ ...plan, body: null })) }
)
