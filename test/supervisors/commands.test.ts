import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { Supervisor } from '../../src/domain/ports/supervisor.js'
import { createCommandRunner } from '../../src/process/commands.js'
import type { ServiceSettings } from '../../src/supervisors/settings.js'
import { createSupervisor } from '../../src/supervisors/supervisor.js'
import { isRunning, makePipe } from '../support/processes.js'
import { createSmallService } from '../support/small-service.js'

const { signal } = new AbortController()

const shell = (script: string, ...args: string[]): string[] => ['/bin/sh', '-c', script, 'sh', ...args]

const unset: ServiceSettings['options'] = {
  service_name: null, pid: [], start: [], stop: [], user: null, working_directory: null, timeout_seconds: 60
}

/** A supervisor that keeps its files in the test's folder, which the test has made. */
function make (t: Test, options: Partial<ServiceSettings['options']>): Supervisor {
  const run = createCommandRunner({ outputDir: join(t.testdirName, 'outputs') })
  const supervisor = createSupervisor({
    supervisor: 'commands',
    options: { ...unset, pid: ['true'], start: ['true'], stop: ['true'], ...options }
  }, { run })
  if (supervisor === null) throw new Error('there is no supervisor')
  return supervisor
}

const errorOf = async (promise: Promise<unknown>): Promise<unknown> => await promise.catch((error: unknown) => error)

t.test('nobody supervises unless somebody is named', async t => {
  const run = createCommandRunner({ outputDir: t.testdir() })
  t.equal(createSupervisor({ supervisor: 'none', options: unset }, { run }), null)
})

t.test('a service is started, seen and stopped by its commands', async t => {
  t.testdir()
  const service = createSmallService(t)
  const supervisor = make(t, service.commands)

  t.equal(await supervisor.pid(signal), null)
  await supervisor.start(signal)
  const pid = await supervisor.pid(signal)
  t.type(pid, 'number')
  t.equal(pid, service.pid())
  await supervisor.stop(signal)
  t.equal(await supervisor.pid(signal), null)
  t.strictSame(service.running(), [])
  t.strictSame(service.journal(), ['start', 'stop'])
})

t.test('a pid stands alone, or there is none', async t => {
  t.testdir()
  const printing = async (text: string): Promise<unknown> => await errorOf(make(t, { pid: ['printf', '%s', text] }).pid(signal))

  t.equal(await printing('123'), 123)
  t.equal(await printing(' 123\n'), 123)
  t.equal(await printing(''), null)
  t.equal(await printing('\n'), null)
  for (const text of ['0', '-1', '1.5', '012', '1e3', '12345678901', '1 2', 'pid 1', 'stopped', '12\n34', 'x'.repeat(10_000)]) {
    t.match(await printing(text), {
      name: 'SupervisorError',
      message: 'It cannot be told whether the service runs: the command "pid" has to print a process id and nothing else, or nothing at all.'
    }, text.slice(0, 20))
  }
})

t.test('a command that fails is an error with its own words', async t => {
  t.testdir()
  const supervisor = make(t, {
    pid: shell('echo 123; exit 3'), start: shell('echo no room >&2; echo tried; exit 1'), stop: [join(t.testdirName, 'absent')]
  })

  t.match(await errorOf(supervisor.pid(signal)), {
    name: 'SupervisorError', message: 'It cannot be told whether the service runs: the command "pid" exited with code 3.', layers: ['123']
  })
  t.match(await errorOf(supervisor.start(signal)), {
    name: 'SupervisorError', message: 'The service could not be started: the command "start" exited with code 1.', layers: ['no room', 'tried']
  })
  t.match(await errorOf(supervisor.stop(signal)), {
    name: 'SupervisorError', message: /^The service could not be stopped: the command "stop" could not be started: there is no program/, layers: []
  })
})

t.test('a command has a time limit, also one that ends well when it is ended', async t => {
  t.testdir()
  const supervisor = make(t, { start: shell('trap "exit 0" TERM; sleep 1000 & wait'), timeout_seconds: 0.3 })

  t.match(await errorOf(supervisor.start(signal)), {
    name: 'SupervisorError', message: 'The service could not be started: the command "start" took longer than it may and was ended.'
  })
})

t.test('an abort ends the command with its group, and its reason is thrown', async t => {
  const started = makePipe(t.testdir(), 'started')
  const supervisor = make(t, { start: shell('sleep 1000 & echo $! > "$1"; wait', started) })
  const controller = new AbortController()

  const starting = errorOf(supervisor.start(controller.signal))
  const pid = Number(await readFile(started, 'utf8'))
  t.ok(isRunning(pid))
  controller.abort('timeout')

  t.equal(await starting, 'timeout')
  t.notOk(isRunning(pid))
})

const skip = process.getuid?.() === 0 ? false : 'needs root: only root can run commands as another user'

t.test('the commands run as their user and in their folder', { skip }, async t => {
  t.testdir()
  const argv = shell('id -u; pwd >&2; exit 3')

  const error = await errorOf(make(t, { start: argv, user: 'nobody', working_directory: '/usr' }).start(signal))

  t.match(error, { layers: ['/usr', execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }).trim()] })
})
