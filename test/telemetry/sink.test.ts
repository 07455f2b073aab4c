import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { createLogger } from '../../src/telemetry/log.js'
import { createSink } from '../../src/telemetry/sink.js'

function failure (code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** A sink on a destination that takes what the test lets it take. */
function openSink () {
  const state = { refuse: null as string | null, most: Infinity, writes: 0, text: '', took: () => {} }
  const sink = createSink({
    fd: 1,
    write: (_fd, bytes) => {
      state.writes++
      if (state.refuse !== null) throw failure(state.refuse)
      const taken = bytes.subarray(0, state.most)
      state.text += Buffer.from(taken).toString()
      state.took()
      return taken.length
    }
  })
  return { state, log: createLogger({ level: 'info', destination: sink }) }
}

const messages = (text: string): unknown[] => text.split('\n').filter(line => line !== '').map(line => (JSON.parse(line) as { msg: string }).msg)

t.test('the lines of one turn of the event loop go out in one write', async t => {
  const { state, log } = openSink()

  log.info('one')
  log.info('two')
  t.equal(state.writes, 0)
  await nextTurn()

  t.equal(state.writes, 1)
  t.same(messages(state.text), ['one', 'two'])
})

t.test('a full disk loses lines, never the agent, and it is told how many', async t => {
  const { state, log } = openSink()
  state.refuse = 'ENOSPC'
  log.info('one')
  log.info('two')
  await nextTurn()
  t.equal(state.writes, 1, 'it is not tried again and again')

  state.refuse = null
  log.info('three')
  await nextTurn()

  t.same(messages(state.text), ['log lines were lost', 'three'])
  t.match(state.text, '"lines":2')
  log.info('four')
  await nextTurn()
  t.same(messages(state.text), ['log lines were lost', 'three', 'four'], 'it is told once')
})

t.test('a destination that takes a part gets the rest, and a full pipe is waited for', async t => {
  const { state, log } = openSink()
  state.most = 7
  log.info('in pieces')
  await nextTurn()
  t.same(messages(state.text), ['in pieces'])

  state.refuse = 'EAGAIN'
  log.info('Zoë waits')
  await nextTurn()
  t.same(messages(state.text), ['in pieces'])
  await new Promise<void>(resolve => {
    state.took = resolve
    state.refuse = null
    state.most = Infinity
    // What keeps the pipe waiting does not keep the process alive: the test does.
    const alive = setInterval(() => {}, 1000)
    t.teardown(() => { clearInterval(alive) })
  })
  t.same(messages(state.text), ['in pieces', 'Zoë waits'])
})

t.test('what waits is bounded', async t => {
  const { state, log } = openSink()
  state.refuse = 'EAGAIN'
  const long = 'x'.repeat(100_000)
  for (let line = 0; line < 20; line++) log.info(long)
  await nextTurn()
  state.refuse = null

  await new Promise<void>(resolve => {
    state.took = resolve
    const alive = setInterval(() => {}, 1000)
    t.teardown(() => { clearInterval(alive) })
  })

  t.match(state.text, '"msg":"log lines were lost"')
  t.ok(state.text.length < 1_100_000)
})
