import type { CommandRunner } from '../domain/ports/process.js'
import type { Supervisor } from '../domain/ports/supervisor.js'
import { createCommandsSupervisor } from './commands.js'
import type { ServiceSettings } from './settings.js'
import { createSystemdSupervisor } from './systemd.js'

type Argv = readonly [string, ...string[]]

/**
 * Makes the supervisor of the service; null when nobody is to start and stop it. Runs nothing until it is asked. The
 * options have been checked: what the supervisor needs of them is there.
 */
export function createSupervisor ({ supervisor, options }: ServiceSettings, { run }: { readonly run: CommandRunner }):
Supervisor | null {
  const parts = { run, timeoutMs: options.timeout_seconds * 1000 }
  switch (supervisor) {
    case 'none': return null
    case 'systemd': return createSystemdSupervisor(options.service_name as string, parts)
    case 'commands': {
      const { pid, start, stop, user, working_directory: cwd } = options
      const placement = { ...user === null ? {} : { user }, ...cwd === null ? {} : { cwd } }
      const commands = { pid: pid as Argv, start: start as Argv, stop: stop as Argv }
      return createCommandsSupervisor(commands, { ...parts, placement })
    }
  }
}
