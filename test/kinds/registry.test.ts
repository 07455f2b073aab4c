import t from 'tap'
import type { JsonSchema, JsonValue } from '../../src/domain/json.js'
import { done } from '../../src/domain/kind.js'
import { Problem, type Violation } from '../../src/domain/problem.js'
import { createRegistry } from '../../src/kinds/registry.js'

/** What a registry says of arguments that a kind with this schema does not take. */
function violations (schema: JsonSchema, args: JsonValue): readonly Violation[] {
  const kind = { kind: 'test/strict', summary: 'Is strict.', args: schema, timeoutMs: null, onInterrupt: 'resume' as const, run: async () => done() }
  try {
    createRegistry([kind]).check('test/strict', args)
  } catch (error) {
    if (error instanceof Problem) return error.errors
    throw error
  }
  return []
}

const text = { type: 'string', description: 'What it is for.' }

t.test('a rule that has a description is told by it alone, not by its branches', async t => {
  const rule = 'Give exactly one of table and index.'
  const schema = {
    type: 'object',
    properties: { table: text, index: text },
    additionalProperties: false,
    allOf: [{ description: rule, oneOf: [{ required: ['table'] }, { required: ['index'] }] }]
  }

  t.same(violations(schema, { table: 'a' }), [])
  t.same(violations(schema, {}), [{ pointer: '/args', detail: `breaks the rule: ${rule}` }])
  t.same(violations(schema, { table: 'a', index: 'b' }), [{ pointer: '/args', detail: `breaks the rule: ${rule}` }])
  t.same(violations(schema, { other: 1 }), [
    { pointer: '/args', detail: `breaks the rule: ${rule}` },
    { pointer: '/args/other', detail: 'is not a known field' }
  ])
})

t.test('a condition that has a description is told by it alone', async t => {
  const rule = 'Only the format tar is compressed.'
  const schema = {
    type: 'object',
    properties: { compress: { type: 'boolean' }, format: text },
    allOf: [{
      description: rule,
      if: { properties: { compress: { const: true } }, required: ['compress'] },
      then: { properties: { format: { const: 'tar' } }, required: ['format'] }
    }]
  }

  t.same(violations(schema, { compress: true, format: 'tar' }), [])
  t.same(violations(schema, { compress: true }), [{ pointer: '/args', detail: `breaks the rule: ${rule}` }])
})

t.test('the description of a value is not taken for a rule', async t => {
  const schema = { type: 'object', properties: { slot: { ...text, pattern: '^[a-z]+$' } }, minProperties: 1 }

  t.same(violations(schema, { slot: 'B' }), [{ pointer: '/args/slot', detail: 'must match pattern "^[a-z]+$"' }])
  t.same(violations(schema, {}), [{ pointer: '/args', detail: 'must have at least 1 of its fields' }])
})

t.test('what a refusal repeats of a long name ends between two characters', async t => {
  const registry = createRegistry([])
  for (const before of ['', 'x']) {
    t.throws(() => { registry.check(before + '😀'.repeat(200), null) }, { code: 'unknown-kind', message: /^\P{Surrogate}*$/u })
  }
})
