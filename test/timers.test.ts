import t from 'tap'
import { setLongTimer, sleep } from '../src/timers.js'

t.test('a delay that no timer of Node can have does not end at once', async t => {
  let fired = false
  const timer = setLongTimer(() => { fired = true }, 2 ** 31 + 1000)
  const controller = new AbortController()
  const slept = sleep(2 ** 40, controller.signal)

  // What would fire at once has fired when later timers and the poll phase have had their turns.
  await sleep(5, new AbortController().signal)
  controller.abort('cancelled')

  t.equal(fired, false)
  await t.rejects(slept)
  timer.clear()
})

t.test('sleeping', async t => {
  const controller = new AbortController()
  await sleep(1, controller.signal)
  controller.abort('timeout')

  await t.rejects(sleep(1, controller.signal))
  t.equal(await sleep(1, controller.signal).catch((reason: unknown) => reason), 'timeout')
})
