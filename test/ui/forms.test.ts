import fc from 'fast-check'
import t from 'tap'
import { loadConfig } from '../../src/config/load.js'
import { systemClock as clock } from '../../src/domain/clock.js'
import type { JsonSchema, JsonValue } from '../../src/domain/json.js'
import type { ActionKind } from '../../src/domain/kind.js'
import { silentLogger as log } from '../../src/domain/log.js'
import type { Supervisor } from '../../src/domain/ports/supervisor.js'
import { createDriver } from '../../src/drivers.js'
import { builtInKinds } from '../../src/kinds/index.js'
import { createRegistry } from '../../src/kinds/registry.js'
import { serviceKinds } from '../../src/kinds/service.js'
import { createChecker } from '../../src/ui/forms/checker.js'
import { contentOf, readContent, switched, violationsOf, type Content } from '../../src/ui/forms/content.js'
import { draftOf, emptyGroup, newRow, type Draft } from '../../src/ui/forms/draft.js'
import type { Field } from '../../src/ui/forms/field.js'
import { fieldOf } from '../../src/ui/forms/field-model.js'
import { elementId, placeInWords, pointersAround } from '../../src/ui/forms/form-place.js'
import { exactJson, jsonText } from '../../src/ui/forms/json-text.js'
import { readDraft, restPointer } from '../../src/ui/forms/reading.js'
import { anyJson } from '../support/odd-values.js'
import { fitting } from '../support/schema-arbitrary.js'

const never = async (): Promise<never> => { throw new Error('nothing is run here') }
const supervisor: Supervisor = { service: 'the service', pid: never, start: never, stop: never }

/** Every kind that the repository has, by its name and where it comes from. */
async function everyKind (): Promise<Map<string, ActionKind>> {
  const settings = [
    { 'datastore.kind': 'sqlite' },
    { 'datastore.kind': 'postgresql', 'datastore.postgresql.data_dir': '/srv/postgresql/data' },
    { 'datastore.kind': 'redis' },
    { 'datastore.kind': 'zookeeper' }
  ]
  const found = builtInKinds({ clock }).map(kind => [kind.kind, kind] as const)
  for (const flags of settings) {
    const { config } = loadConfig({ env: {}, flags })
    const { kinds, stop } = await createDriver(config, { clock, log, run: { run: never }, supervisor })
    const services = serviceKinds({ supervisor, stop })
    found.push(...[...kinds, ...services, ...stop === null ? [] : [stop]]
      .map(kind => [`${kind.kind} (${flags['datastore.kind']})`, kind] as const))
  }
  return new Map(found)
}

/** The fields of a form that are written as JSON. */
function jsonFields (field: Field, path = ''): string[] {
  switch (field.type) {
    case 'json': return [path]
    case 'group': return field.members.flatMap(member => jsonFields(member.field, `${path}/${member.name}`))
    case 'list': return jsonFields(field.item, `${path}[]`)
    case 'variant': return field.options.flatMap(({ value, group }) => jsonFields(group, `${path}:${String(value)}`))
    default: return []
  }
}

function valueThrough (field: Field, value: JsonValue): JsonValue | undefined {
  const { value: read, issues } = readDraft(field, draftOf(field, value), '')
  if (issues.length > 0) throw new Error(`what is right is called wrong: ${JSON.stringify(issues)}`)
  return read
}

function told (schema: JsonSchema, value: JsonValue): string[] {
  return createChecker(schema)(value).map(({ pointer, detail }) => `${pointer} ${detail}`.trimStart())
}

t.test('every kind of the repository has a form', async t => {
  const kinds = await everyKind()
  t.ok(kinds.size > 40)
  const asJson = [...kinds].flatMap(([name, { args }]) => jsonFields(fieldOf(args)).map(path => `${name}${path}`))
  const mayBeAnything = ['debug.success', 'debug.fail', 'debug.progress', 'test.success', 'test.fail']
  t.strictSame(asJson.sort(), [
    ...mayBeAnything.map(name => `agent.replicante.io/${name}`),
    'agent.steward/test.script/steps[]:progress/payload', 'agent.steward/test.script/steps[]:done/payload'
  ].sort(), 'nothing is written as JSON but what may be any JSON')
  for (const [name, { args, example }] of kinds) {
    if (example === undefined) continue
    t.strictSame(valueThrough(fieldOf(args), example), example, `the example of ${name} comes back equal`)
    t.equal(draftOf(fieldOf(args), example).as, 'group', `the example of ${name} is shown in fields`)
    t.strictSame(told(args, example), [], `the example of ${name} is right`)
  }
})

t.test('what fits a kind comes back equal, and is told to fit exactly where the agent takes it', async t => {
  for (const [name, kind] of await everyKind()) {
    const field = fieldOf(kind.args)
    const check = createChecker(kind.args)
    const registry = createRegistry([kind])
    const isTaken = (value: JsonValue): boolean => {
      try {
        registry.check(kind.kind, value)
        return true
      } catch {
        return false
      }
    }
    fc.assert(fc.property(fc.oneof(fitting(kind.args), anyJson), value => {
      const read = valueThrough(field, value)
      const isFit = check(value ?? {}).length === 0
      return JSON.stringify(sorted(read)) === JSON.stringify(sorted(value)) && isFit === isTaken(value)
    }), { numRuns: 60 })
    t.pass(name)
  }
})

/** With the members of objects in one order: what it is does not depend on it. */
function sorted (value: JsonValue | undefined): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([name, member]) => [name, sorted(member)])
}

const reindex: JsonSchema = {
  type: 'object',
  properties: { table: { type: 'string' }, index: { type: 'string' } },
  allOf: [{ description: 'Give one of table and index.', oneOf: [{ required: ['table'] }, { required: ['index'] }] }],
  additionalProperties: false
}

t.test('what is wrong is told in words, at its place', async t => {
  const object = (properties: JsonSchema, more: JsonSchema = {}): JsonSchema => ({ type: 'object', properties, ...more })
  const cases: ReadonlyArray<readonly [JsonSchema, JsonValue, readonly string[]]> = [
    [object({ count: { type: 'integer', minimum: 1, maximum: 9 } }), { count: 0 }, ['/count must be at least 1']],
    [object({ count: { type: 'integer' } }), { count: 'a' }, ['/count must be a whole number']],
    [object({ count: { type: ['integer', 'null'] } }), { count: 'a' }, ['/count must be a whole number or null']],
    [object({}, { required: ['a', 'b/c'] }), {}, ['/a is required', '/b~1c is required']],
    [object({}, { additionalProperties: false }), { 'x y': 1 }, ['/x y is not a known field']],
    [object({ mode: { enum: ['fast', 'slow'] } }), { mode: 'no' }, ['/mode must be one of fast, slow']],
    [object({ a: { type: 'string', minLength: 1, maxLength: 3 } }), { a: '' }, ['/a must not be empty']],
    [object({ a: { type: 'string', pattern: '^x' } }), { a: 'y' }, ['/a must fit the pattern ^x']],
    [object({ a: { type: 'string', allOf: [{ pattern: '^x', description: 'It begins with x.' }] } }), { a: 'y' }, ['/a It begins with x.']],
    [object({ a: { type: 'array', minItems: 1, items: {} } }), { a: [] }, ['/a must have at least 1 entry']],
    [object({ a: { type: 'array', items: { type: 'number' } } }), { a: [1, 'b'] }, ['/a/1 must be a number']],
    [object({}, { minProperties: 1 }), {}, ['needs at least 1 of its fields']],
    [object({ a: { $ref: '#/$defs/size' } }, { $defs: { size: { type: 'integer' } } }), { a: 'b' }, ['/a must be a whole number']],
    [object({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } }), { a: 1 }, ['/a has none of the forms that are taken']],
    [object({ a: false }), { a: 1 }, ['does not fit the schema of the arguments']],
    [reindex, {}, ['Give one of table and index.']],
    [reindex, { table: 'a', index: 'b' }, ['Give one of table and index.']]
  ]
  for (const [schema, value, wanted] of cases) t.strictSame(told(schema, value), wanted, JSON.stringify(value))
})

t.test('of the forms of a step, what is wrong with the one that is meant is told', async t => {
  const script = builtInKinds({ clock }).find(({ kind }) => kind === 'agent.steward/test.script')?.args ?? {}
  t.strictSame(told(script, { steps: [{ do: 'sleep' }] }), ['/steps/0/ms is required'])
  t.strictSame(told(script, { steps: [{ do: 'sleep', ms: -1 }, { do: 'fail', ms: 1 }] }),
    ['/steps/0/ms must be at least 0', '/steps/1/ms is not a known field'])
  t.strictSame(told(script, { steps: [{}] }), ['/steps/0/do is required'])
  t.strictSame(told(script, { steps: [{ do: 'dance' }] }), ['/steps/0 has no "do" that is known'])
})

t.test('large and odd values are checked without a stop', async t => {
  const script = builtInKinds({ clock }).find(({ kind }) => kind === 'agent.steward/test.script')?.args ?? {}
  for (const step of [1, { do: 'dance' }, { do: 'sleep', ms: 'x' }]) {
    for (const length of [500, 4000, 50_000]) {
      t.not(told(script, { steps: Array.from({ length }, () => step) }).length, 0)
    }
  }
  t.strictSame(told({ $ref: '#/$defs/gone' }, {}), [], 'what cannot be checked here, the agent checks')
})

/** What a form says whose JSON is this text. */
function fromText (field: Field, text: string): JsonValue | undefined | string {
  const form = switched(field, { mode: 'json', text })
  if (!('mode' in form)) return form.map(({ detail }) => detail).join(' ')
  return readContent(field, form).value
}

t.test('the form becomes JSON and a form again without loss', async t => {
  const field = fieldOf({
    type: 'object',
    required: ['port'],
    properties: {
      port: { type: 'integer', default: 6379 },
      text: { type: 'string' },
      value: { type: ['string', 'integer', 'boolean'] },
      flag: { type: 'boolean', default: false },
      tags: { type: 'array', items: { type: 'string' } },
      empty: { type: 'object', properties: {}, additionalProperties: false }
    }
  })
  const values: JsonValue[] = [
    {}, { text: '' }, { text: 'a\nb' }, { text: 'a\rb\u202e' }, { text: null }, { value: 3 }, { value: '3' }, { value: true }, { value: 'true' },
    { flag: false }, { tags: [] }, { tags: ['', 'a'] }, { tags: [1] }, { tags: Array.from({ length: 1000 }, String) }, { empty: {} },
    { unknown: { a: [1] } }, { port: 'x' }, [], 'text', null, { ['__proto__']: 1 }
  ]
  for (const value of values) {
    const text = jsonText(value)
    const form = switched(field, { mode: 'json', text }) as Content
    const { text: again } = switched(field, form) as { text: string }
    t.equal(jsonText(exactJson(again)), text)
  }
  t.strictSame(readContent(field, contentOf(field)).value, { port: 6379 }, 'what has to be given begins with its default')
  t.strictSame(switched(field, { mode: 'json', text: '' }), { mode: 'form', draft: null }, 'nothing stays nothing')
})

t.test('no number is rounded, and no text that is not JSON is lost', async t => {
  const field = fieldOf({ type: 'object', properties: { n: { type: 'number' }, any: {} }, additionalProperties: false })
  t.equal(fromText(field, '{"n": 9007199254740993}'),
    'The number 9007199254740993 cannot be held exactly; write it as text, in quotation marks.')
  t.match(fromText(field, '{"a": 1,\n "a": 2}'), /Duplicate key 'a'.* in line 2, at character/)
  t.match(fromText(field, '{"n": 1'), /in line 1, at character 8/)
  t.match(fromText(field, `{"any":${'['.repeat(200)}${']'.repeat(200)}}`), /nested deeper than 127 levels/)
  t.equal(fromText(field, '{"n": 1e21}') !== undefined, true)
  const typed = (name: string, draft: Draft): Content => ({ mode: 'form', draft: { ...emptyGroup, members: { [name]: draft } } })
  for (const content of [typed('n', { as: 'text', text: '0.1234567890123456789' }), typed('any', { as: 'json', text: '{' })]) {
    t.equal(readContent(field, content).issues.length, 1)
    t.notOk('mode' in switched(field, content), 'the form stays as it is')
  }
})

t.test('each violation is told once, with the place in the request', async t => {
  const schema: JsonSchema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' }, list: { type: 'array', items: { type: 'string' } } } }
  const field = fieldOf(schema)
  const rules = { check: createChecker(schema), schema }
  const violations = (content: Content): unknown => violationsOf(readContent(field, content), rules)
  t.strictSame(violations({ mode: 'form', draft: null }), [{ pointer: '/args/n', detail: 'is required' }])
  t.strictSame(violations({ mode: 'json', text: '{' }), [{ pointer: '/args', detail: violationDetail('{') }], 'of what is no JSON nothing else is told')
  const draft: Draft = {
    ...emptyGroup,
    members: { n: { as: 'text', text: ' 12 ' }, list: { as: 'list', rows: [newRow(null)] } },
    rest: '{"n": 1}'
  }
  t.strictSame(violations({ mode: 'form', draft }), [
    { pointer: '/args/list/0', detail: 'is empty: fill it in, or remove it' },
    { pointer: restPointer('/args'), detail: '"n" has a field of its own' }
  ])
})

function violationDetail (text: string): string {
  try {
    exactJson(text)
    return 'it can be read'
  } catch (error) {
    return (error as Error).message
  }
}

t.test('places are named as people count', async t => {
  t.equal(placeInWords('/args'), 'Arguments')
  t.equal(placeInWords('/args/count'), 'count')
  t.equal(placeInWords('/args/steps/0/ms'), 'steps 1, ms')
  t.equal(placeInWords('/requester'), 'requester')
  t.equal(placeInWords(restPointer('/args/a~1b')), 'a/b, other members')
  t.equal(elementId('/args/a b').includes(' '), false, 'an id has no space: it may stand in a list of ids')
  t.strictSame(pointersAround('/args/a/0'), ['/args/a/0', '/args/a', '/args'])
})
