import { endingOf } from '../domain/ports/process.js'
import { SupervisorError, type Supervisor } from '../domain/ports/supervisor.js'
import { perform, succeeded, wordsOf, type SupervisorParts } from './perform.js'

/** The commands that supervise a service, each a program and its arguments. No shell sees them. */
export interface ServiceCommands {
  /** Prints the process id and nothing else; nothing when the service does not run. */
  readonly pid: readonly [string, ...string[]]
  /** Starts the service; does nothing when it runs. */
  readonly start: readonly [string, ...string[]]
  /** Stops the service; does nothing when it does not run. */
  readonly stop: readonly [string, ...string[]]
}

/** Supervises a service by three commands of the operator, as the Replicante agents do. */
export function createCommandsSupervisor (commands: ServiceCommands, parts: SupervisorParts): Supervisor {
  const run = async (name: keyof ServiceCommands, signal: AbortSignal): Promise<string> => {
    const result = await perform(commands[name], { ...parts, signal })
    if (succeeded(result)) return result.stdout
    throw new SupervisorError(`${failures[name]}: the command "${name}" ${endingOf(result)}.`, wordsOf(result))
  }
  return {
    service: 'the service',
    pid: async signal => readPid(await run('pid', signal)),
    start: async signal => { await run('start', signal) },
    stop: async signal => { await run('stop', signal) }
  }
}

const failures: Record<keyof ServiceCommands, string> = {
  pid: 'It cannot be told whether the service runs',
  start: 'The service could not be started',
  stop: 'The service could not be stopped'
}

/** No system has process ids of more digits. */
const pidShape = /^[1-9]\d{0,9}$/

function readPid (printed: string): number | null {
  const text = printed.trim()
  if (text === '') return null
  if (pidShape.test(text)) return Number(text)
  throw new SupervisorError(
    `${failures.pid}: the command "pid" has to print a process id and nothing else, or nothing at all.`, [text]
  )
}
