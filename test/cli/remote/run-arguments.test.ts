import t from 'tap'
import { argumentsOf } from '../../../src/cli/remote/arguments.js'

const closed = (properties: Record<string, unknown>): Record<string, unknown> =>
  ({ type: 'object', additionalProperties: false, properties })

t.test('the schema says what a value is', t => {
  const schema = closed({
    count: { type: 'integer' },
    ratio: { type: 'number' },
    force: { type: 'boolean' },
    name: { type: 'string' },
    tables: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'array', items: { type: 'integer' } },
    mode: { enum: ['fast', 2] },
    maybe: { type: ['null', 'integer', 'string'] },
    target: closed({ host: { type: 'string' }, port: { type: 'integer' } }),
    'a.b': { type: 'string' }
  })
  const cases: Array<[string[], unknown]> = [
    [['count=3', 'ratio=-0.5e2', 'force=true', 'name=true'], { count: 3, ratio: -50, force: true, name: 'true' }],
    [['tables=a,b c', 'numbers=1,2'], { tables: ['a', 'b c'], numbers: [1, 2] }],
    [['tables=["a,b"]', 'numbers='], { tables: ['a,b'], numbers: [] }],
    [['mode=fast'], { mode: 'fast' }],
    [['mode=2'], { mode: 2 }],
    [['maybe=null'], { maybe: null }],
    [['maybe=7'], { maybe: 7 }],
    [['maybe=x'], { maybe: 'x' }],
    [['target.host=h', 'target.port=5432'], { target: { host: 'h', port: 5432 } }],
    [['target={"host":"h"}'], { target: { host: 'h' } }],
    [['a.b=c'], { 'a.b': 'c' }],
    [['name=a=b:=c'], { name: 'a=b:=c' }],
    [['count:=[1, {"x": null}]'], { count: [1, { x: null }] }]
  ]
  for (const [assignments, expected] of cases) {
    t.same(argumentsOf(assignments, schema), expected, assignments.join(' '))
  }
  t.end()
})

t.test('what the schema does not have is told with what it has', t => {
  const schema = closed({ count: { type: 'integer' }, force: { type: 'boolean' }, ids: { type: 'array', items: { type: 'integer' } }, mode: { enum: ['a', 'b'] } })
  const cases: Array<[string[], string]> = [
    [['count=x'], 'count must be a whole number, not "x".'],
    [['count=1.5'], 'count must be a whole number, not "1.5".'],
    [['count=9007199254740993'], 'count must be a whole number, not "9007199254740993".'],
    [['count='], 'count must be a whole number, not "".'],
    [['force=yes'], 'force must be true or false, not "yes".'],
    [['force=constructor'], 'force must be true or false, not "constructor".'],
    [['ids=1,x'], 'ids[1] must be a whole number, not "x".'],
    [['mode=c'], 'mode must be one of a, b, not "c".'],
    [['cuont=1'], 'the kind has no argument "cuont"; it has count, force, ids, mode.'],
    [['count=2', 'count=1'], 'count is given twice.'],
    [['count'], '"count" is no argument: it must be key=value, or key:=json.'],
    [['=1'], '"=1" is no argument: it must be key=value, or key:=json.'],
    [['count:={'], 'the value of count is no JSON'],
    [['count:=12345678901234567890'], 'the number 12345678901234567890 cannot be held exactly']
  ]
  for (const [assignments, expected] of cases) {
    t.throws(() => argumentsOf(assignments, schema), { code: 2, message: expected }, assignments.join(' '))
  }
  t.end()
})

t.test('without a word of the schema a value is JSON where it is some, else text', t => {
  const cases: Array<[string, unknown]> = [
    ['a=1', 1], ['a=true', true], ['a=null', null], ['a=[1]', [1]], ['a={"b":1}', { b: 1 }], ['a="1"', '1'],
    ['a=hello', 'hello'], ['a=', ''], ['a=01', '01'], ['a=[', '['], ['a=12345678901234567890', '12345678901234567890']
  ]
  for (const [assignment, expected] of cases) {
    t.same(argumentsOf([assignment], {}), { a: expected }, assignment)
  }
  t.same(argumentsOf(['a.b.c=1', 'a.d=2'], {}), { a: { b: { c: 1 }, d: 2 } })
  t.end()
})

t.test('a name that JavaScript gives a meaning is a name as any other', t => {
  const args = argumentsOf(['__proto__.x=1', 'constructor=2'], {}) as Record<string, unknown>

  t.equal(JSON.stringify(args), '{"__proto__":{"x":1},"constructor":2}')
  t.equal(({} as { x?: number }).x, undefined)
  t.end()
})
