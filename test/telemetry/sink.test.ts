import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createLogger } from '../../src/telemetry/log.js'
import { createSink } from '../../src/telemetry/sink.js'

function failure (code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** A sink on a destination that takes what the test lets it take. */
function openSink () {
  const chunks: Buffer[] = []
  const state = {
    refuse: null as string | null,
    /** Refuses with this from the second write on. */
    refuseNext: null as string | null,
    /** Each second write finds a full pipe. */
    full: false,
    most: Infinity,
    writes: 0,
    text: () => Buffer.concat(chunks).toString(),
    took: () => {}
  }
  const sink = createSink({
    fd: 1,
    write: (_fd, bytes) => {
      state.writes++
      if (state.full && state.writes % 2 === 0) throw failure('EAGAIN')
      if (state.refuse !== null) throw failure(state.refuse)
      state.refuse = state.refuseNext
      state.refuseNext = null
      const taken = bytes.subarray(0, state.most)
      chunks.push(Buffer.from(taken))
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
  t.same(messages(state.text()), ['one', 'two'])
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

  t.same(messages(state.text()), ['log lines were lost', 'three'])
  t.match(state.text(), '"lines":2')
  log.info('four')
  await nextTurn()
  t.same(messages(state.text()), ['log lines were lost', 'three', 'four'], 'it is told once')
})

t.test('a destination that takes a part gets the rest, and a full pipe is waited for', async t => {
  const { state, log } = openSink()
  state.most = 7
  log.info('in pieces')
  await nextTurn()
  t.same(messages(state.text()), ['in pieces'])

  state.refuse = 'EAGAIN'
  log.info('Zoë waits')
  await nextTurn()
  t.same(messages(state.text()), ['in pieces'])
  await new Promise<void>(resolve => {
    state.took = resolve
    state.refuse = null
    state.most = Infinity
    // What keeps the pipe waiting does not keep the process alive: the test does.
    const alive = setInterval(() => {}, 1000)
    t.teardown(() => { clearInterval(alive) })
  })
  t.same(messages(state.text()), ['in pieces', 'Zoë waits'])
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

  t.match(state.text(), '"msg":"log lines were lost"')
  t.ok(state.text().length < 1_100_000)
})

/** Resolves when the destination has taken everything, a little at a time. */
async function untilTaken (t: Test, { state }: ReturnType<typeof openSink>, isAll: () => boolean): Promise<void> {
  await new Promise<void>(resolve => {
    state.took = () => { if (isAll()) resolve() }
    const alive = setInterval(() => {}, 1000)
    t.teardown(() => { clearInterval(alive) })
  })
}

t.test('for a reader that is slow every line stays whole, and in its order', async t => {
  const sink = openSink()
  const { state, log } = sink
  const long = `${'ë'.repeat(50_000)}`
  // Each write takes an odd number of bytes, and after it the pipe is full.
  state.most = 30_001
  state.full = true
  for (let line = 0; line < 40; line++) log.info({ line }, long)
  await untilTaken(t, sink, () => state.text().includes('lost'))
  state.full = false
  log.info({ line: 40 }, 'the end')
  await untilTaken(t, sink, () => state.text().endsWith('"the end"}\n'))

  const written = state.text().trimEnd().split('\n').map(line => JSON.parse(line) as { line?: number, lines?: number, msg: string })
  const told = written.filter(({ lines }) => lines !== undefined)
  t.equal(told.length, 1, 'it is told once')
  t.equal(written.length - 1 + (told[0]?.lines ?? 0), 41, 'each line is there or counted')
  const numbers = written.flatMap(({ line }) => line ?? [])
  t.same(numbers, numbers.toSorted((a, b) => a - b))
  t.ok(written.every(({ line, msg }) => line === undefined || line === 40 || msg === long))
})

t.test('a line that a full disk has cut off does not spoil the next', async t => {
  const { state, log } = openSink()
  state.most = 7
  state.refuseNext = 'ENOSPC'
  log.info('cut off')
  await nextTurn()
  state.refuse = null
  state.most = Infinity
  log.info('whole')
  await nextTurn()

  const [begun, ...rest] = state.text().split('\n')
  t.equal(begun?.length, 7)
  t.same(messages(rest.join('\n')), ['log lines were lost', 'whole'])
})
