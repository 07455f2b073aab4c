import t from 'tap'
import { v7 } from 'uuid'
import type { Scheduler } from '../../../src/domain/ports/scheduler.js'
import { waitLimits } from '../../../src/http/waits.js'
import { createActiveWorkflow } from '../../../src/protocols/activeworkflow/protocol.js'
import { clientJson, createClientAgent, messageRow, postInto } from '../../support/activeworkflow-client.js'
import { openHttpApp } from '../../support/http-app.js'
import { connectRaw, rawPost } from '../../support/raw-http.js'
import { openWorld, script, success } from './world.js'

/** Counts those who wait at the scheduler, and tells when so many have begun, or have ended. */
function watchWaits () {
  const counts = { begun: 0, ended: 0 }
  const asked = new Set<() => void>()
  const count = (what: keyof typeof counts): void => {
    counts[what]++
    for (const each of asked) each()
  }
  return {
    wrap: (scheduler: Scheduler): Scheduler => ({
      ...scheduler,
      outcome: async (id, signal) => {
        count('begun')
        return await scheduler.outcome(id, signal).finally(() => count('ended'))
      }
    }),
    until: async (what: keyof typeof counts, number: number) => {
      while (counts[what] < number) await new Promise<void>(resolve => { asked.add(resolve) })
    }
  }
}

t.test('who waits is answered with the outcome', async t => {
  const waits = watchWaits()
  const { agent, run } = await openWorld(t, { wrap: waits.wrap })
  const done = agent({ kind: script, args: { steps: [{ do: 'done', payload: { rows: 3 } }] }, wait: 50 })
  const failed = agent({ kind: script, args: { steps: [{ do: 'fail', error: 'no luck' }] }, wait: '50' })
  const answers = Promise.all([done.receive(messageRow({})), failed.receive(messageRow({}))])
  await waits.until('begun', 2)
  await run()
  await answers

  t.match(done.messages, [{ state: 'DONE', state_payload: { rows: 3 }, finished_ts: String }])
  t.match(done.logs, [/^Scheduled/])
  t.match(failed.messages, [{ state: 'FAILED', error: 'no luck', state_payload: { error: 'no luck', reason: 'error' } }])
  t.match(failed.logs, [/^Scheduled/], 'a failure is an outcome like another')
  t.strictSame([done.logs.length, done.messages.length, failed.errors], [1, 1, []])

  await done.receive(messageRow({}))
  t.match(done.messages[1], { state: 'DONE' }, 'the repetition is answered at once')
  await done.check()
  t.match(done.messages[2], { state: 'DONE' }, 'and a check tells it too')
  t.equal(new Set(done.messages.map(({ action_id: id }) => id)).size, 1)
})

t.test('all calls of one message wait for one action', async t => {
  const waits = watchWaits()
  const { agent, run, actions } = await openWorld(t, { wrap: waits.wrap })
  const agents = Array.from({ length: 5 }, () => agent({ kind: success, wait: 50 }))
  const answers = Promise.all(agents.map(async it => await it.receive(messageRow({}))))
  await waits.until('begun', 5)
  await run()
  await answers

  for (const { messages } of agents) t.match(messages, [{ action_id: actions()[0]?.id, state: 'DONE' }])
  t.equal(actions().length, 1)
})

t.test('what does not end in time is told as it is', async t => {
  const { agent, claim } = await openWorld(t)
  const it = agent({ kind: success, wait: 0.01 })

  await it.receive(messageRow({}))
  await claim()
  await it.receive(messageRow({}))

  t.match(it.messages, [{ state: 'NEW', finished_ts: null }, { state: 'RUNNING', finished_ts: null }])
  t.match(it.logs, [/^Scheduled/, /^The action has not ended yet\.$/, /had been scheduled already/, /has not ended yet/])
})

t.test('a wait is cut to what the client bears, and it is told so', async t => {
  const limits: number[] = []
  const { app, engine } = await openHttpApp(t, {
    protocols: parts => {
      const protocol = createActiveWorkflow({ ...parts, clock: { now: () => 0 }, newId: v7 })
      const mount: typeof protocol.http.mount = (scope, { hold, ...tools }) => protocol.http.mount(scope, {
        ...tools,
        hold: async held => {
          limits.push(held.limitMs)
          return await hold(held)
        }
      })
      return [{ ...protocol, http: { ...protocol.http, mount } }]
    }
  })
  const post = postInto(app)
  await engine.executor.start()
  const cases = [[50, 50_000, 0], ['2.5', 2500, 0], [50.5, 50_000, 1], [1e9, 50_000, 1]] as const
  for (const [wait, limit, notes] of cases) {
    const it = createClientAgent({ post, options: { kind: success, wait } })
    await it.receive(messageRow({}))
    t.equal(limits.pop(), limit)
    t.match(it.messages, [{ state: 'DONE' }])
    t.match(it.logs.slice(1), notes === 0 ? { length: 0 } : [new RegExp(`^wait is ${wait}, .*: 50 seconds are waited`)])
  }
  await createClientAgent({ post, options: { kind: success, wait: 0 } }).receive(messageRow({}))
  t.strictSame(limits, [], 'without one nothing is held')
})

t.test('where too many wait already, one more is answered at once; all end with their connection', async t => {
  const waits = watchWaits()
  const world = await openWorld(t, { wrap: waits.wrap })
  const options = { kind: success, wait: 50 }
  const many = connectRaw(t, await world.listen())
  const call = { method: 'receive', params: { options, message: messageRow({}) } }
  many.send(rawPost('/activeworkflow', clientJson(call)).repeat(waitLimits.waits))
  await waits.until('begun', waitLimits.waits)
  const it = world.agent(options)

  t.equal(await it.receive(messageRow({}, { id: 18 })), true)

  t.match(it.messages, [{ state: 'NEW' }])
  t.match(it.logs, [/^Scheduled/, /^Too many calls wait/, /has not ended yet/])
  t.equal(world.actions().length, 2)
  many.destroy()
  await waits.until('ended', waitLimits.waits)
})

t.test('when the agent stops, who waits is answered, and what comes after is to try again', async t => {
  const waits = watchWaits()
  const { agent, endWaits, actions } = await openWorld(t, { wrap: waits.wrap })
  const it = agent({ kind: success, wait: 50 })
  const answer = it.receive(messageRow({}))
  await waits.until('begun', 1)
  endWaits()

  t.equal(await answer, true)
  t.match(it.messages, [{ action_id: actions()[0]?.id, state: 'NEW' }])
  t.match(it.logs, [/^Scheduled/, /has not ended yet/])
  t.equal(await it.receive(messageRow({})), false)
  t.equal(await it.check(), false)
  t.match(it.failures, Array.from({ length: 10 }, () => /^KeyError/))
  t.match(it.answers.at(-1), { status: 503, headers: { 'retry-after': '5' } })
})
