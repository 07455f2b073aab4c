/**
 * systemd cannot be booted in a test, so `systemctl` is a double that follows its documented output and exit codes, and
 * starts real processes: `test/support/systemctl-double.sh`. What systemd itself does is not tested here.
 */
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { SupervisorError } from '../../src/domain/ports/supervisor.js'
import type { Supervisor } from '../../src/domain/ports/supervisor.js'
import { createCommandRunner } from '../../src/process/commands.js'
import { createSupervisor } from '../../src/supervisors/supervisor.js'
import { eventually } from '../support/eventually.js'
import { isRunning } from '../support/processes.js'
import { createSystemctl, type SystemctlDouble } from '../support/systemctl.js'

interface Subject {
  readonly supervisor: Supervisor
  readonly systemctl: SystemctlDouble
}

const { signal } = new AbortController()

function setUp (t: Test, { seconds = 60 } = {}): Subject {
  const systemctl = createSystemctl(t)
  const run = createCommandRunner({ outputDir: join(systemctl.folder, 'outputs') })
  const commands = { pid: [], start: [], stop: [], user: null, working_directory: null }
  const options = { service_name: 'db@15-main', ...commands, timeout_seconds: seconds }
  const supervisor = createSupervisor({ supervisor: 'systemd', options }, { run })
  if (supervisor === null) throw new Error('there is no supervisor')
  return { supervisor, systemctl }
}

const errorOf = async (promise: Promise<unknown>): Promise<unknown> => await promise.catch((error: unknown) => error)

t.test('a unit is started, seen and stopped, with the documented calls', async t => {
  const { supervisor, systemctl } = setUp(t)
  systemctl.setUnit('db@15-main', 'simple')

  t.equal(await supervisor.pid(signal), null)
  await supervisor.start(signal)
  const pid = await supervisor.pid(signal)
  await supervisor.start(signal)
  t.equal(await supervisor.pid(signal), pid, 'a start of what runs does nothing')
  await supervisor.stop(signal)
  t.equal(await supervisor.pid(signal), null)
  await supervisor.stop(signal)

  t.type(pid, 'number')
  t.equal(pid, systemctl.pid('db@15-main'))
  const show = 'show --property=MainPID,SubState db@15-main'
  t.strictSame(systemctl.calls(), [
    show, 'start db@15-main', show, 'start db@15-main', show, 'stop db@15-main', show, 'stop db@15-main'
  ])
  t.equal(supervisor.service, 'the unit db@15-main')
})

t.test('the order of the properties does not matter', async t => {
  const { supervisor, systemctl } = setUp(t)
  systemctl.setUnit('db@15-main', 'reversed')

  await supervisor.start(signal)

  t.equal(await supervisor.pid(signal), systemctl.pid('db@15-main'))
})

t.test('a start that fails says how the unit is, in the words of systemctl', async t => {
  const { supervisor, systemctl } = setUp(t)
  systemctl.setUnit('db@15-main', 'failing')

  const error = await errorOf(supervisor.start(signal))

  t.type(error, SupervisorError)
  t.match(error, {
    message: 'The unit db@15-main could not be started; it is "failed" now: systemctl exited with code 1.',
    layers: [/^Job for db@15-main\.service failed because .*\nSee "systemctl status db@15-main\.service"/]
  })
  t.equal(await supervisor.pid(signal), null)
})

t.test('a unit that is not there, and one that may not be touched', async t => {
  const { supervisor, systemctl } = setUp(t)

  t.match(await errorOf(supervisor.start(signal)), {
    name: 'SupervisorError', message: /exited with code 5\.$/, layers: ['Failed to start db@15-main.service: Unit db@15-main.service not found.']
  })
  t.match(await errorOf(supervisor.stop(signal)), {
    name: 'SupervisorError', message: /could not be stopped.*code 5/, layers: ['Failed to stop db@15-main.service: Unit db@15-main.service not loaded.']
  })
  systemctl.setUnit('db@15-main', 'denied')
  t.match(await errorOf(supervisor.start(signal)), {
    name: 'SupervisorError', message: /it is "dead" now: systemctl exited with code 4/, layers: [/Access denied/]
  })
})

t.test('a unit that only stands for others says which one to name', async t => {
  const { supervisor, systemctl } = setUp(t)
  systemctl.setUnit('db@15-main', 'umbrella')

  await supervisor.start(signal)

  t.match(await errorOf(supervisor.pid(signal)), {
    name: 'SupervisorError', message: /no process of its own: it is "exited"\. Name the unit that has the process in service\.options\.service_name/
  })
})

t.test('a process that has ended by itself is gone', async t => {
  const { supervisor, systemctl } = setUp(t)
  systemctl.setUnit('db@15-main', 'simple')
  await supervisor.start(signal)

  process.kill(systemctl.pid('db@15-main') ?? 0, 'SIGKILL')

  await eventually('no pid is told', async () => await supervisor.pid(signal) === null)
})

t.test('what cannot be read is not taken for a stopped unit', async t => {
  const { supervisor, systemctl } = setUp(t)
  systemctl.setUnit('db@15-main', 'mute')

  t.match(await errorOf(supervisor.pid(signal)), {
    name: 'SupervisorError', message: 'It cannot be told whether the unit db@15-main runs: systemctl did not print MainPID and SubState.'
  })
})

t.test('a machine without systemctl says so', async t => {
  const { supervisor, systemctl } = setUp(t)
  process.env['PATH'] = join(systemctl.folder, 'nothing')

  for (const ask of [supervisor.pid, supervisor.start, supervisor.stop]) {
    t.match(await errorOf(ask(signal)), { name: 'SupervisorError', message: /systemctl could not be started: there is no program "systemctl"/ })
  }
})

t.test('a start that takes too long is an error', async t => {
  const { supervisor, systemctl } = setUp(t, { seconds: 2 })
  systemctl.setUnit('db@15-main', 'hanging')

  t.match(await errorOf(supervisor.start(signal)), {
    name: 'SupervisorError', message: 'The unit db@15-main could not be started; it is "start" now: systemctl took longer than it may and was ended.'
  })
})

t.test('an abort ends systemctl, and its reason is thrown', async t => {
  const { supervisor, systemctl } = setUp(t)
  systemctl.setUnit('db@15-main', 'hanging')
  const controller = new AbortController()

  const starting = errorOf(supervisor.start(controller.signal))
  await eventually('the start has begun', () => systemctl.calls().length > 0)
  controller.abort('cancelled')

  t.equal(await starting, 'cancelled')
  t.equal(await errorOf(supervisor.pid(controller.signal)), 'cancelled')
  t.notOk(isRunning(systemctl.pid('db@15-main') ?? -1))
})
