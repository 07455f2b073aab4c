import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { silentLogger, type Logger } from '../../src/domain/log.js'
import { createServiceManager, statusLine } from '../../src/notify.js'
import { createAgentClient } from '../support/agent-client.js'
import { temporaryFolder } from '../support/engine.js'
import { startNotifyReceiver, type NotifyReceiver } from '../support/notify-receiver.js'
import { startProgram } from '../support/program.js'

const missing = ['systemd-notify', 'python3'].filter(name => spawnSync(name, ['--version']).status !== 0)

/** `exec` keeps the process id, so that the program finds its own in WATCHDOG_PID. */
const asWatched = ['/bin/sh', '-c', 'WATCHDOG_PID=$$ exec "$@"', 'sh']

/** What the messages are about: each by the first of its variables that says so. */
function course ({ received }: NotifyReceiver): string[] {
  return received.map(message => ['READY', 'WATCHDOG', 'STOPPING'].find(name => name in message) ?? 'STATUS')
}

function managerFor ({ address }: NotifyReceiver, log: Logger = silentLogger) {
  return createServiceManager({ env: { PATH: process.env['PATH'], NOTIFY_SOCKET: address, WATCHDOG_USEC: '20000' }, log })
}

if (missing.length > 0) t.plan(0, `needs ${missing.join(' and ')}: apt-get install systemd python3`)
else suites()

function suites (): void {
  t.test('the program tells systemd of its start, that it lives, and of its stop', async t => {
    // A path of a socket has at most 107 characters.
    const receiver = await startNotifyReceiver(t, join(temporaryFolder(t), 'notify'))
    const env = { NOTIFY_SOCKET: receiver.address, WATCHDOG_USEC: '200000' }
    const program = await startProgram(t, { folder: t.testdir(), env, through: asWatched })

    t.strictSame(await receiver.until('READY'), { READY: '1', STATUS: `Listening on ${program.url}; 0 in the queue.` })
    t.match(await receiver.until('WATCHDOG'), { WATCHDOG: '1', STATUS: /in the queue/ })
    program.kill('SIGTERM')

    t.match(await receiver.until('STOPPING'), { STOPPING: '1', EXTEND_TIMEOUT_USEC: '60000000' }, 'grace and reserve')
    t.strictSame(await program.exited, { code: 0, signal: null })
    const told = course(receiver).filter((word, index, all) => word !== all[index - 1])
    t.strictSame(told.slice(0, 4), ['STATUS', 'READY', 'WATCHDOG', 'STOPPING'])
    t.notMatch(program.output(), 'systemd-notify')
  })

  t.test('a socket of the abstract namespace will do, and a watchdog of another process is left alone', async t => {
    const receiver = await startNotifyReceiver(t, `@steward-${randomUUID()}`)
    const env = { NOTIFY_SOCKET: receiver.address, WATCHDOG_USEC: '2000', WATCHDOG_PID: '1' }
    const program = await startProgram(t, { folder: t.testdir(), env })
    await receiver.until('READY')
    const client = createAgentClient(program.url)
    await client.finished((await client.schedule('agent.replicante.io/debug.success')).id)
    program.kill('SIGTERM')

    await receiver.until('STOPPING')
    t.strictSame(course(receiver), ['STATUS', 'READY', 'STOPPING'])
  })

  t.test('an agent that takes no actions says so, and is ready none the less', async t => {
    const receiver = await startNotifyReceiver(t, join(temporaryFolder(t), 'notify'))
    const env = { NOTIFY_SOCKET: receiver.address, STEWARD_ACTIONS_ENABLED: 'false' }
    await startProgram(t, { folder: t.testdir(), env })

    t.match(await receiver.until('READY'), { STATUS: /; takes no actions: actions\.enabled is false\.$/ })
  })

  for (const [what, changes] of Object.entries({
    'systemd-notify is not installed': { PATH: '/nowhere' },
    'nobody is at the socket': { NOTIFY_SOCKET: '/nowhere/notify' }
  })) {
    t.test(`where ${what}, one line of the log says so, and the agent works`, async t => {
      const env = { NOTIFY_SOCKET: '/nowhere/notify', WATCHDOG_USEC: '2000', ...changes }
      const program = await startProgram(t, { folder: t.testdir(), env, through: asWatched })
      const client = createAgentClient(program.url)
      await client.finished((await client.schedule('agent.replicante.io/debug.success')).id)
      program.kill('SIGTERM')

      t.strictSame(await program.exited, { code: 0, signal: null })
      t.equal(program.output().split('the service manager cannot be told').length, 2)
    })
  }

  t.test('the watchdog is not told while the agent is not alive', async t => {
    const receiver = await startNotifyReceiver(t, join(temporaryFolder(t), 'notify'))
    const manager = managerFor(receiver)
    t.teardown(manager.close)
    let asked = 0
    const askedThrice = new Promise<void>(resolve => {
      manager.ready({
        status: () => 'here',
        alive: () => {
          if (++asked === 3) resolve()
          return false
        }
      })
    })
    await askedThrice
    manager.stopping(0)

    await receiver.until('STOPPING')
    t.strictSame(course(receiver), ['READY', 'STOPPING'])
  })

  t.test('what the manager told this process is not passed on to others', async t => {
    const env = { PATH: '/nowhere', NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '1', WATCHDOG_PID: '1', OTHER: 'stays' }

    createServiceManager({ env, log: silentLogger })

    t.strictSame(env, { PATH: '/nowhere', OTHER: 'stays' })
  })

  t.test('without a service manager nothing is told, and nothing is looked for', async t => {
    const log: Logger = { ...silentLogger, warn: () => { t.fail('it is no reason to complain') } }
    const manager = createServiceManager({ env: { PATH: '/nowhere' }, log })

    manager.opening()
    manager.ready({ status: () => 'here', alive: () => true })
    manager.stopping(0)
    manager.close()
  })

  t.test('the status is one line', async t => {
    const agent = { actionsDisabled: null, queueDepth: () => 7 }

    t.equal(statusLine('http://127.0.0.1:8000', agent), 'Listening on http://127.0.0.1:8000; 7 in the queue.')
    t.equal(statusLine('http://0.0.0.0:80', { ...agent, actionsDisabled: 'why' }),
      'Listening on http://0.0.0.0:80; takes no actions: why.')
    t.equal(statusLine('http://127.0.0.1:8000', { ...agent, queueDepth: () => { throw new Error('disk I/O error') } }),
      'Listening on http://127.0.0.1:8000; the queue cannot be read.')
  })
}
