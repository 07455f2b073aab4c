import t from 'tap'
import type { Access, Credentials } from '../../../src/domain/ports/access.js'
import { Problem, type ProblemCode } from '../../../src/domain/problem.js'
import { clientHeaders, clientJson, messageRow } from '../../support/activeworkflow-client.js'
import { readResult } from '../../support/activeworkflow-result.js'
import { openWorld, success } from './world.js'
import { accessOf, realAccess, somePrincipal } from '../../support/access.js'

const options = { kind: success }
const register = '{"method":"register"}'

/** What another call may mend: a status, and no result. */
const passing: Array<[ProblemCode, number]> = [
  ['queue-full', 429],
  ['store-full', 507],
  ['store-unavailable', 503],
  ['shutting-down', 503],
  ['actions-disabled', 403],
  ['internal', 500]
]

t.test('what may be mended has a status and no result, so the client tries again', async t => {
  for (const [code, status] of passing) {
    await t.test(code, async t => {
      const schedule = async () => { throw new Problem(code) }
      const { agent, logged } = await openWorld(t, { wrap: real => ({ ...real, schedule }) })
      const timer = agent({ ...options, on_check: true })
      t.equal(await timer.check(), false)
      t.strictSame(timer.memory, {})
      for (const it of [agent(options), agent({}, { path: `/activeworkflow/kinds/${success}` })]) {
        t.equal(await it.receive(messageRow({})), false)
        t.match(it.failures, Array.from({ length: 5 }, () => /^KeyError/))
        t.strictSame([it.messages, it.logs, it.errors], [[], [], []])
        for (const answer of it.answers) {
          t.equal(answer.status, status)
          t.match(JSON.parse(answer.body), { error: String, result: undefined })
          t.equal(answer.headers['retry-after'] !== undefined, status === 429 || status === 503)
        }
      }
      t.equal(logged().some(line => line['level'] === 50), code === 'internal', 'only a defect is an error in the log')
    })
  }
})

t.test('a full queue takes the message when there is room again', async t => {
  const { agent, actions, finish } = await openWorld(t, { engine: { queueLimit: 1 } })
  const it = agent(options)
  await it.receive(messageRow({}))

  t.equal(await it.receive(messageRow({}, { id: 18 })), false)
  t.equal(it.answers.at(-1)?.status, 429)
  await finish()
  t.equal(await it.receive(messageRow({}, { id: 18 })), true)

  t.equal(actions().length, 2)
})

t.test('an agent that stops takes nothing new', async t => {
  const { agent, engine, actions } = await openWorld(t)
  engine.scheduler.refuse()
  const it = agent(options)

  t.equal(await it.receive(messageRow({})), false)
  t.match(it.answers[0], { status: 503, headers: { 'retry-after': '5' } })
  t.equal(await it.check(), true, 'what has ended is still told')
  t.equal(actions().length, 0)
})

t.test('a defect is not told to the caller', async t => {
  const schedule = async () => { throw new Error('hunter2 at /secret/path') }
  const { agent, logged } = await openWorld(t, { wrap: real => ({ ...real, schedule }) })
  const it = agent(options)

  await it.receive(messageRow({}))

  t.equal(it.answers[0]?.status, 500)
  t.notMatch(it.answers[0]?.body, /hunter2|secret/)
  const errors = logged().filter(line => line['level'] === 50)
  t.match(errors, Array.from({ length: 5 }, () => ({ err: { message: /hunter2/, stack: /refusals\.test/ } })), 'the log has it')
})

t.test('where actions are disabled nothing is scheduled, and everything told', async t => {
  const { agent, raw } = await openWorld(t, { access: realAccess({ host: '0.0.0.0' }) })
  const it = agent({ ...options, args: 7 })

  t.equal(await it.receive(messageRow({})), false)
  t.match(it.answers[0], { status: 403, body: /"error":/ })
  t.equal(await agent({ ...options, on_check: true }).check(), false)
  t.equal(await it.check(), true)
  t.equal((await raw('/activeworkflow', register)).status, 200)
})

/** What access is asked. */
interface Asked {
  readonly credentials: Credentials
  readonly operation?: unknown
}

function watchedAccess (asked: Asked[], refuse: Partial<Access> = {}): Access {
  return accessOf(() => '', {
    identify: credentials => {
      asked.push({ credentials })
      return somePrincipal(credentials.urlToken === undefined ? 'local' : 'known')
    },
    authorize: (_principal, operation) => { asked.push({ credentials: { remoteAddress: '' }, operation }) },
    ...refuse
  })
}

t.test('access decides by the token in the URL, for each method by what it does', async t => {
  const asked: Asked[] = []
  const { agent, actions, raw } = await openWorld(t, { access: watchedAccess(asked) })
  const path = '/activeworkflow?token=abc'
  const known = agent(options, { path })
  const local = agent(options)
  await known.receive(messageRow({}))
  await local.receive(messageRow({}))
  await known.check()
  await agent({ ...options, on_check: true }, { path }).check()
  await raw(path, register)
  await raw('/activeworkflow?token=abc&token=def', register)

  const principals = actions().map(({ principal }) => principal)
  t.strictSame(principals, ['known', 'local', 'known'], 'what one asked is no repetition of what another did')
  const [read, schedule] = [{ scope: 'read' }, { scope: 'schedule', kind: success }]
  t.strictSame(asked.flatMap(({ operation }) => operation ?? []), [schedule, schedule, read, schedule, read, read])
  const tokens = asked.filter(({ operation }) => operation === undefined).map(({ credentials }) => credentials.urlToken)
  t.strictSame(new Set(tokens), new Set(['abc', undefined, 'abc def']), 'of two none is chosen')
})

t.test('what one asked for is told to nobody else, whatever names they use', async t => {
  const { agent, actions, finish } = await openWorld(t, { access: watchedAccess([]) })
  const path = '/activeworkflow?token=abc'
  const everyOptions = [{ ...options, agent: 'same' }, options]
  const agents = everyOptions.map(each => ({ known: agent(each, { path }), other: agent(each) }))
  for (const { known } of agents) await known.callInVain('receive', messageRow({}))
  for (let i = 0; i < agents.length; i++) await finish()

  for (const { known, other } of agents) {
    await other.check()
    await known.check()
    t.strictSame([other.messages, other.errors], [[], []])
  }
  const told = agents.flatMap(({ known }) => known.messages.map(({ action_id: id }) => id))
  t.strictSame(told, actions().map(({ id }) => id))
})

t.test('who is not known, or may not, is refused with every method', async t => {
  const receive = { method: 'receive', params: { options, message: messageRow({}) } }
  for (const [code, status] of [['unauthenticated', 401], ['forbidden', 403]] as const) {
    const refuse = () => { throw new Problem(code) }
    const access = watchedAccess([], code === 'unauthenticated' ? { identify: refuse } : { authorize: refuse })
    const { raw, actions } = await openWorld(t, { access })
    for (const path of ['/activeworkflow', `/activeworkflow/kinds/${success}`]) {
      for (const body of [register, clientJson(receive), '{"method":"check","params":{}}']) {
        const answer = await raw(path, body)
        t.equal(answer.status, status)
        t.throws(() => readResult(answer.body), { name: 'KeyError' })
      }
    }
    const { status: ofNoCall } = await raw('/activeworkflow', 'no JSON')
    t.equal(ofNoCall, code === 'unauthenticated' ? 401 : 400, 'who it is is asked before the body is looked at')
    t.equal(actions().length, 0)
  }
})

t.test('pages of other origins and foreign names of this host are refused', async t => {
  const { app } = await openWorld(t)
  for (const [name, value] of [['origin', 'https://evil.example'], ['host', 'evil.example'], ['sec-fetch-site', 'cross-site']] as const) {
    const headers = { ...clientHeaders, [name]: value }
    const answer = await app.inject({ method: 'POST', url: '/activeworkflow', headers, payload: register })
    t.equal(answer.statusCode, 403)
    t.match(answer.json(), { error: String, result: undefined })
  }
})

t.test('who may do nothing with a kind is not told whether there is one', async t => {
  const identify = () => ({ ...somePrincipal('core'), scopes: ['schedule:other/*'] as const })
  const { raw } = await openWorld(t, { access: { ...realAccess(), identify } })

  for (const more of [{ method: 'register' }, { method: 'receive', params: { message: { id: 1, payload: {} } } },
    { method: 'receive' }, { method: 'check' }, { method: 'check', params: { options: { on_check: true } } }]) {
    for (const kind of [success, 'no.such/kind']) {
      const { status } = await raw(`/activeworkflow/kinds/${kind}`, clientJson(more))
      t.equal(status, 403, `${JSON.stringify(more)} ${kind}`)
    }
  }
})
