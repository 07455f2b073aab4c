import fc from 'fast-check'
import t from 'tap'
import { isSampled, parseTraceContext, partsOf, withSpan } from '../../src/domain/trace-context.js'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const span = '00f067aa0ba902b7'
const good = `00-${trace}-${span}-01`

t.test('a valid traceparent is taken as it is', t => {
  t.strictSame(parseTraceContext(good), { traceparent: good, tracestate: null })
  t.strictSame(partsOf(parseTraceContext(good)!), { traceId: trace, spanId: span, sampled: true })
  t.equal(isSampled(`00-${trace}-${span}-00`), false)
  t.equal(isSampled(`00-${trace}-${span}-02`), false, 'the flag of random ids is another one')
  t.equal(isSampled(`00-${trace}-${span}-03`), true)
  t.end()
})

t.test('of later versions the beginning counts, and unknown flags are not passed on', t => {
  const taken: Record<string, string> = {
    [`01-${trace}-${span}-01`]: good,
    [`cc-${trace}-${span}-01-what-the-future-holds`]: good,
    [`cc-${trace}-${span}-01-`]: good,
    [`00-${trace}-${span}-ff`]: `00-${trace}-${span}-03`,
    [`fe-${trace}-${span}-08`]: `00-${trace}-${span}-00`
  }
  for (const [header, traceparent] of Object.entries(taken)) {
    t.equal(parseTraceContext(header)?.traceparent, traceparent, header)
  }
  t.end()
})

t.test('what is not valid counts as absent', t => {
  const refused = {
    nothing: undefined,
    empty: '',
    'version ff': `ff-${trace}-${span}-01`,
    'version 00 with more': `${good}-00`,
    'version 00 with a dash more': `${good}-`,
    'a later version with more and no dash': `01-${trace}-${span}-01.extra`,
    'upper case': good.toUpperCase(),
    'no trace': `00-${'0'.repeat(32)}-${span}-01`,
    'no span': `00-${trace}-${'0'.repeat(16)}-01`,
    'a short trace': `00-${trace.slice(1)}-${span}-01`,
    'a short span': `00-${trace}-${span.slice(1)}-01`,
    'no flags': `00-${trace}-${span}`,
    'other digits': `00-${trace.replace('4', 'g')}-${span}-01`,
    'white space': ` ${good}`,
    'a line break': `${good}\n`,
    'two, joined as Node does': `${good}, ${good}`,
    'two of a later version': `01-${trace}-${span}-01-x, 01-${trace}-${span}-01`
  }
  for (const [name, header] of Object.entries(refused)) t.equal(parseTraceContext(header), null, name)
  t.end()
})

t.test('tracestate is kept as it came where it is valid, and dropped alone where it is not', t => {
  const state = (text: string): string | null | undefined => parseTraceContext(good, text)?.tracestate
  const kept = [
    'a=1', 'vendor=some value', 'a=1,b=2', 'a=1, b=2 ,\tc=3', 'a=1,,b=2', '0tenant@system=x', 'a_-*/b=!~', `k=${'x'.repeat(256)}`,
    Array.from({ length: 32 }, (_, index) => `k${index}=v`).join()
  ]
  for (const text of kept) t.equal(state(text), text, text)
  const dropped = [
    '', ',', ' ', 'a', '=1', 'a=', 'A=1', 'a=1=2', 'a=b\u0007', 'a=ü', 'a=1,a=2', 'a =1', `k=${'x'.repeat(257)}`, `${'k'.repeat(257)}=1`,
    Array.from({ length: 33 }, (_, index) => `k${index}=v`).join(), `a=${'x'.repeat(250)},b=${'x'.repeat(250)},c=${'x'.repeat(20)}`
  ]
  for (const text of dropped) t.equal(state(text), null, text)
  t.equal(parseTraceContext(undefined, 'a=1'), null, 'alone it says nothing')
  t.end()
})

t.test('whatever comes, a context can be passed on, and stays the same when it is', t => {
  const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
  const parts = fc.tuple(hex(2), hex(32), hex(16), hex(2), fc.string({ maxLength: 3 }))
  const near = parts.map(([version, id, parent, flags, rest]) => `${version}-${id}-${parent}-${flags}${rest}`)
  const state = fc.option(fc.string(), { nil: undefined })
  fc.assert(fc.property(fc.oneof(near, fc.string()), state, (traceparent, tracestate) => {
    const context = parseTraceContext(traceparent, tracestate)
    if (context === null) return true
    const again = parseTraceContext(context.traceparent, context.tracestate ?? undefined)
    return context.traceparent.length === 55 && context.traceparent.slice(3, 52) === traceparent.slice(3, 52) &&
      again?.traceparent === context.traceparent && again.tracestate === context.tracestate
  }))
  t.end()
})

t.test('another span in the same trace keeps the rest', t => {
  t.strictSame(withSpan({ traceparent: good, tracestate: 'a=1' }, 'b7ad6b7169203331'),
    { traceparent: `00-${trace}-b7ad6b7169203331-01`, tracestate: 'a=1' })
  t.end()
})
