import fc from 'fast-check'
import t from 'tap'
import { Problem, type Violation } from '../../src/domain/problem.js'
import { parseStrictJson } from '../../src/http/strict-json.js'

function parse (text: string | Buffer): unknown {
  return parseStrictJson(Buffer.from(text as string))
}

function refusal (text: string | Buffer): Problem {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error(`was taken: ${text.toString().slice(0, 100)}`)
}

function unsafe (text: string): readonly Violation[] {
  const problem = refusal(text)
  if (problem.code !== 'unsafe-json') throw new Error(`was refused as ${problem.code}: ${problem.message}`)
  return problem.errors
}

t.test('an empty body is nothing', async t => {
  t.equal(parse(''), undefined)
})

t.test('what JSON can carry comes back as it is', async t => {
  const values = ['null', 'true', '"x"', ' {"a" : [ 1 , {"b":null} , [ ] , { } ] }\n', '"\\ud83d\\ude00 \\u00e9 \\" \\\\ 😀"', '{"":{"":1}}', '[[],{}]']
  for (const text of values) t.same(parse(text), JSON.parse(text), text)
})

t.test('any value that JSON.stringify writes is taken', async t => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), value => {
    const text = JSON.stringify(value, null, 1)
    if (text.includes('__proto__')) return
    t.equal(JSON.stringify(parse(text)), JSON.stringify(JSON.parse(text)))
  }), { numRuns: 500 })
})

t.test('numbers that come back equal are taken', async t => {
  const texts = [
    '0', '-0', '0.0', '1.0', '1.50', '0.1', '-12.5e-3', '1e3', '1E+3', '100e-2', '9007199254740992', '-9007199254740991', '1e22', '0e999', '5e-324', '1.7976931348623157e308', '0.30000000000000004', '123456789012345', '-0.00000012345678'
  ]
  for (const text of texts) t.equal(parse(text), Number(text), text)
})

t.test('any double is taken in its shortest form', async t => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), number => {
    t.equal(parse(String(number)), Number(String(number)))
  }), { numRuns: 500 })
})

t.test('numbers that JavaScript would alter are refused with their pointer', async t => {
  const texts = [
    '9007199254740993', '-9007199254740993', '12345678901234567890', '1e400', '-1e400', '1e-400', '0.10000000000000000001',
    '9007199254740993.0', '0.1000000000000000055511151231257827', '123456789012345678e-3'
  ]
  for (const text of texts) t.match(unsafe(`{"a":[0,{"b/c":${text}}]}`), [{ pointer: '/a/1/b~1c' }], text)
})

t.test('duplicate keys are refused, however they are written', async t => {
  t.same(unsafe('{"a":{"k":1,"k":2}}'), [{ pointer: '/a/k', detail: 'the key occurs more than once' }])
  t.match(unsafe('{"k":1,"\\u006b":2}'), [{ pointer: '/k' }])
  t.same(parse('[{"k":1},{"k":1}]'), [{ k: 1 }, { k: 1 }], 'but the same key in two objects is fine')
})

t.test('__proto__ is refused as a key, and only that', async t => {
  t.match(unsafe('{"args":{"__proto__":{"x":1}}}'), [{ pointer: '/args/__proto__' }])
  t.match(unsafe('{"\\u005f_proto__":1}'), [{ pointer: '/__proto__' }])
  t.same(parse('{"constructor":1,"prototype":2,"a":"__proto__"}'), { constructor: 1, prototype: 2, a: '__proto__' })
})

t.test('half a surrogate pair is refused in keys and values', async t => {
  for (const half of ['\\ud800', '\\uDFFF', '\\udc00\\ud800', 'x\\uD83Dy', '\\ud83d\\\\ude00']) {
    t.match(unsafe(`{"a":["${half}"]}`), [{ pointer: '/a/0' }], half)
    t.equal(unsafe(`{"${half}":1}`).length, 1, `${half} as a key`)
  }
})

t.test('what a refusal repeats of a body is readable by every parser', async t => {
  t.match(unsafe('{"\\ud800":1}'), [{ pointer: '/\uFFFD' }])
  t.notMatch(refusal(`{"a":"${'😀'.repeat(30)}" x`).message, /\p{Surrogate}/u)
  for (const before of ['', 'x']) t.notMatch(refusal(`${before}${'😀'.repeat(30)}`).message, /\p{Surrogate}/u)
})

t.test('nesting is limited to 128 levels', async t => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

  t.same(parse(nested(128)), JSON.parse(nested(128)))
  t.match(unsafe(nested(129)), [{ detail: 'is nested deeper than 128 levels' }])
  t.match(unsafe('{"a":'.repeat(1000) + '1' + '}'.repeat(1000)), [{ detail: /nested deeper/ }])
})

t.test('all places are listed, up to a limit', async t => {
  t.equal(unsafe('{"a":1e999,"b":[1e999],"b":2}').length, 3)
  t.equal(unsafe(`[${Array(100).fill('1e999').join(',')}]`).length, 20)
  const longKey = 'k'.repeat(100_000)
  t.equal(unsafe(`{"${longKey}":[1e999,1e999,1e999]}`).length, 1, 'and of characters')
})

t.test('what is not JSON is refused with a reason', async t => {
  t.match(refusal('{"a":1,}'), { code: 'malformed-json', message: /position 7/ })
  t.match(refusal('\uFEFF{}'), { code: 'malformed-json', message: /byte order mark/ })
  t.match(refusal(Buffer.from([0x22, 0xff, 0x22])), { code: 'malformed-json', message: /UTF-8/ })
  for (const text of [' ', '{', 'nul', '01', '1.', '+1', "{'a':1}", '"\u0001"', '[1] 2', 'NaN']) t.equal(refusal(text).code, 'malformed-json', text)
})

t.test('a megabyte made to be slow is answered all the same', async t => {
  const million = 1024 * 1024

  t.equal(refusal('['.repeat(million)).code, 'malformed-json')
  t.equal(refusal('['.repeat(million / 2) + ']'.repeat(million / 2)).code, 'unsafe-json')
  t.equal(refusal('{"a":'.repeat(million / 8) + '1' + '}'.repeat(million / 8)).code, 'unsafe-json')
  t.equal(refusal('1'.repeat(million)).code, 'unsafe-json')
  t.equal(refusal(`0.${'0'.repeat(million)}1`).code, 'unsafe-json')
  t.equal(parse(`1.${'0'.repeat(million)}`), 1)
  t.equal((parse(`"${'\\"'.repeat(million / 2)}"`) as string).length, million / 2)
  t.equal((parse(`[${'"\\\\",'.repeat(million / 5)}0]`) as unknown[]).length, Math.floor(million / 5) + 1)
  t.equal(Object.keys(parse(`{${Array.from({ length: 100_000 }, (_, index) => `"${index}":0`).join(',')}}`) as object).length, 100_000)
})
