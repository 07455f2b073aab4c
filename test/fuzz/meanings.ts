import fc, { type Arbitrary } from 'fast-check'
import type { JsonValue } from '../../src/domain/json.js'
import { isJsonObject } from '../../src/domain/json.js'
import type { KindDescription } from '../../src/domain/ports/scheduler.js'
import { problems } from '../../src/domain/problem.js'
import { anyJson, anyText, instantText, utcText } from '../support/odd-values.js'
import { fitting } from '../support/schema-arbitrary.js'

/** Something that an earlier answer told, by its number: it is put in when the request goes out. */
export function told (what: 'id' | 'cursor' | 'etag' | 'event'): Arbitrary<string> {
  return fc.nat({ max: 14 }).map(index => `@${what}:${index}`)
}

const words = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/)
const headerText = fc.string({ unit: 'grapheme-ascii', maxLength: 20 })
const ownId = fc.oneof({ weight: 1, arbitrary: told('id') }, { weight: 3, arbitrary: fc.uuid() })

const message = fc.record({
  id: fc.oneof(fc.integer(), words),
  agent_id: fc.integer(),
  payload: fc.dictionary(words, anyJson, { maxKeys: 3 }),
  created_at: instantText
}, { requiredKeys: ['payload'] })

/** Values that mean something, by the name of the property or parameter that has them: see `Meanings`. */
export function meaningsFor ({ kind, args }: Pick<KindDescription, 'kind' | 'args'>): Record<string, Arbitrary<JsonValue>> {
  const arguments_ = fitting(args, { byName: smallSteps })
  const agentOptions = {
    kind: fc.constant(kind),
    args: arguments_,
    agent: words,
    wait: fc.constantFrom<JsonValue>(0, 0.01, '0.005'),
    dedupe: fc.boolean(),
    on_check: fc.boolean(),
    args_from_message: fc.constantFrom('args', 'none')
  }
  return {
    ...smallSteps,
    kind: fc.constant(kind),
    args: arguments_,
    id: ownId,
    action_id: fc.oneof(fc.constant(null), ownId),
    created_time: fc.oneof(fc.constant(null), utcText),
    headers: fc.dictionary(words.map(word => `x-${word}`), headerText, { maxKeys: 3 }),
    metadata: fc.oneof(fc.constant(null), fc.dictionary(anyText({ maxLength: 12 }).filter(name => name !== '__proto__'), anyText({ maxLength: 20 }), { maxKeys: 3 })),
    code: fc.constantFrom(...Object.keys(problems)),
    wait: fc.constantFrom('0', '5ms', '10ms', '0m'),
    last_event_id: told('event'),
    'last-event-id': told('event'),
    'if-none-match': fc.oneof(told('etag'), fc.constant('*'), fc.constant('W/"x", "y"')),
    'idempotency-key': fc.oneof(words, words.map(word => `"${word} ${word}"`)),
    options: fc.record(agentOptions, { requiredKeys: ['kind'] }),
    memory: fc.constantFrom<JsonValue>({}, null, { cursor: 'x' }, { kept: [1] }),
    message
  }
}

const smallSteps: Record<string, Arbitrary<JsonValue>> = {
  ms: fc.nat({ max: 3 }), target: fc.integer({ min: 1, max: 5 }), count: fc.integer({ min: 1, max: 5 })
}

/** What takes time when it is taken: greater numbers under these names become this, unless they are out of range. */
const slow: Readonly<Record<string, readonly [most: number, range: number]>> = {
  ms: [5, 3_600_000], target: [20, 10_000], count: [20, 1000], wait: [0.02, Infinity]
}

/** The value without what would keep the server busy for long. */
export function tamed (value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(tamed)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, tamedPart(key, part)]))
}

function tamedPart (key: string, part: JsonValue): JsonValue {
  const [most, range] = (Object.hasOwn(slow, key) ? slow[key] : undefined) ?? [Infinity, Infinity]
  const number = typeof part === 'number' || (typeof part === 'string' && part.trim() !== '') ? Number(part) : NaN
  return number > most && number <= range ? most : tamed(part)
}
