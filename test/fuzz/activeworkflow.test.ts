import { isDeepStrictEqual } from 'node:util'
import fc, { type Arbitrary } from 'fast-check'
import t from 'tap'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.js'
import { applyResult, readResult, type AgentRecord } from '../support/activeworkflow-result.js'
import { clientJson, postTo, registerType } from '../support/activeworkflow-client.js'
import { openHttpApp } from '../support/http-app.js'
import { anyJson, anySlip, anyText, instantText, oddTexts, oddValue, withSlip } from '../support/odd-values.js'
import { everyHttpProtocol } from '../support/protocols.js'
import { patience } from '../support/torture.js'
import { tamed } from './meanings.js'
import { isCarried } from './oracle.js'
import { tries } from './seed.js'

t.setTimeout(patience)

const app = await openHttpApp(t, { protocols: everyHttpProtocol, config: { docs: false } })
await app.engine.run()
const post = postTo(await app.listen())
const kinds = app.engine.scheduler.kinds().map(({ kind }) => kind)

const path = fc.oneof(fc.constant('/activeworkflow'), fc.constantFrom(...kinds).map(kind => `/activeworkflow/kinds/${kind}`))
const name = fc.oneof(fc.constantFrom(...oddTexts), anyText({ maxLength: 20 }))
const objectOf = (value: Arbitrary<JsonValue>): Arbitrary<JsonObject> =>
  fc.dictionary(anyText({ maxLength: 8 }).filter(key => key !== '__proto__'), value, { maxKeys: 3 })

/** Options as people write them by hand: each may be right, odd, or missing. */
const options: Arbitrary<JsonValue> = fc.record({
  kind: fc.oneof(fc.constantFrom(...kinds), name),
  args: fc.oneof(fc.constantFrom<JsonValue>({}, null, '', { count: 2 }), oddValue),
  args_from_message: fc.oneof(fc.constantFrom('args', 'payload', 'none'), oddValue),
  agent: fc.oneof(name, oddValue),
  wait: fc.oneof(fc.constantFrom<JsonValue>(0, 0.01, '0.01', '', null, -1), oddValue),
  dedupe: fc.oneof(fc.constantFrom<JsonValue>(true, false, 'true', 'false', ''), oddValue),
  on_check: fc.oneof(fc.constantFrom<JsonValue>(true, false, 'true', ''), oddValue),
  mistyped: oddValue
}, { requiredKeys: [] })

const message: Arbitrary<JsonValue> = fc.record({
  id: fc.oneof(fc.integer(), name, oddValue),
  agent_id: fc.oneof(fc.integer(), oddValue),
  created_at: fc.oneof(instantText, oddValue),
  payload: fc.oneof(objectOf(anyJson), fc.constantFrom<JsonValue>({ kind: kinds[0] ?? '' }, { args: { count: 1 } }, {}))
}, { requiredKeys: ['payload'] })

const run: Arbitrary<JsonValue> = fc.oneof(fc.record({ row: name, count: fc.oneof(fc.nat(), oddValue) }), oddValue)
const memory: Arbitrary<JsonValue> = fc.oneof(
  objectOf(anyJson), objectOf(oddValue), fc.record({ cursor: oddValue, on_check: run }, { requiredKeys: [] })
)

const params = (method: 'receive' | 'check'): Arbitrary<JsonObject> => fc.record({
  options,
  memory,
  credentials: fc.array(objectOf(anyJson), { maxLength: 2 }),
  message: method === 'receive' ? message : fc.constant(null)
})

const emptyRecord = (): AgentRecord => ({ memory: {}, messages: [], log: [] })

interface Called {
  readonly status: number
  readonly record: AgentRecord
}

/** Applies an answer as the real client does, which throws where that fails half-way. */
async function called (path: string, body: JsonValue): Promise<Called> {
  const answer = await post(path, clientJson(tamed(body)))
  if (answer.status >= 500) throw new Error(`it is ${answer.status}: ${answer.body}`)
  const record = emptyRecord()
  applyResult(record, readResult(answer.body))
  return { status: answer.status, record }
}

t.test('receive: whatever options, memory and message hold, the real client applies the answer to its end', async () => {
  await fc.assert(fc.asyncProperty(path, params('receive'), async (path, params) => {
    const { status, record } = await called(path, { method: 'receive', params })
    const isRefused = record.log.some(({ level }) => level === 'error')
    return status < 400 ? record.messages.length === (isRefused ? 0 : 1) : isRefused
  }), tries({ ci: 150, torture: 10_000 }))
})

t.test('check: whatever options and memory hold, nothing of the memory is lost', async () => {
  await fc.assert(fc.asyncProperty(path, params('check'), async (path, params) => {
    const { status, record } = await called(path, { method: 'check', params })
    if (status >= 400 || Object.keys(record.memory).length === 0) return true
    const before = isJsonObject(params['memory']) ? tamed(params['memory']) as JsonObject : {}
    return Object.keys(before).every(key => ['cursor', 'on_check'].includes(key) || isDeepStrictEqual(asSent(before[key]), record.memory[key]))
  }), tries({ ci: 150, torture: 10_000 }))
})

/** JSON has no negative zero. */
function asSent (value: JsonValue | undefined): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null)) as JsonValue
}

t.test('check: with the memory of the check before, nothing comes twice and nothing is wrong', async () => {
  await fc.assert(fc.asyncProperty(path, fc.stringMatching(/^[a-z]{1,8}$/), fc.integer({ min: 1, max: 4 }), async (path, agent, count) => {
    const kind = path.split('/kinds/')[1] ?? kinds[0] ?? ''
    const options = { agent, kind }
    const told: JsonValue[] = []
    let memory: JsonObject = {}
    for (let round = 0; round < count; round++) {
      await called(path, { method: 'receive', params: { options: { ...options, wait: 0.01, args: {} }, message: { payload: {} } } })
      const { record } = await called(path, { method: 'check', params: { options, memory } })
      if (record.log.some(({ level }) => level === 'error')) return false
      if (Object.keys(record.memory).length > 0) memory = record.memory
      told.push(...record.messages.map(message => message['action_id'] ?? null))
    }
    return new Set(told).size === told.length
  }), tries({ ci: 15, torture: 1000 }))
})

t.test('any call with one thing wrong in it is answered, and by the rules', async () => {
  const call = fc.constantFrom('receive', 'check', 'register').chain(method => fc.record({
    method: fc.constant(method), params: method === 'register' ? fc.constant({}) : params(method as 'receive' | 'check')
  }))
  await fc.assert(fc.asyncProperty(path, call, anySlip, async (path, call, slip) => {
    const answer = await post(path, clientJson(tamed(withSlip(call, slip))))
    if (answer.status >= 500) return false
    const { error } = JSON.parse(answer.body) as { error?: string }
    const record = emptyRecord()
    const result = readResult(answer.body)
    if (typeof result['name'] !== 'string') applyResult(record, result)
    return isCarried(result) && (answer.status < 400 ? error === undefined : typeof error === 'string' && record.log.length > 0)
  }), tries({ ci: 150, torture: 10_000 }))
})

t.test('register: every type starts, whatever its name in the URL looks like', async t => {
  for (const kind of kinds) t.match(await registerType(post, `/activeworkflow/kinds/${kind}`), { name: /^Steward/ })
  await fc.assert(fc.asyncProperty(name.filter(each => each !== '' && isCarried(each)), async kind => {
    const answer = await post(`/activeworkflow/kinds/${encodeURIComponent(kind)}`, clientJson({ method: 'register', params: {} }))
    return answer.status === 404 && typeof (JSON.parse(answer.body) as JsonObject)['error'] === 'string'
  }), tries({ ci: 50, torture: 5000 }))
})

t.test('nothing of this was a defect', async t => {
  t.same(app.logged().filter(({ level }) => Number(level) >= 50), [])
})
