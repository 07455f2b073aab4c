import { endingOf, type CommandResult } from '../domain/ports/process.js'
import { SupervisorError, type Supervisor } from '../domain/ports/supervisor.js'
import { perform, succeeded, wordsOf, type SupervisorParts } from './perform.js'

/**
 * Supervises a unit of systemd through `systemctl`, which waits until the unit has been started or stopped. Outputs and
 * exit codes are those of systemctl(1).
 */
export function createSystemdSupervisor (unit: string, parts: SupervisorParts): Supervisor {
  const name = `unit ${unit}`
  const systemctl = async (args: readonly string[], signal: AbortSignal): Promise<CommandResult> =>
    await perform(['systemctl', ...args, unit], { ...parts, signal })

  async function show (signal: AbortSignal): Promise<UnitState> {
    const result = await systemctl(['show', '--property=MainPID,SubState'], signal)
    const state = succeeded(result) ? readState(result.stdout) : null
    if (state !== null) return state
    const why = succeeded(result) ? 'did not print MainPID and SubState' : endingOf(result)
    throw new SupervisorError(`It cannot be told whether the ${name} runs: systemctl ${why}.`, wordsOf(result))
  }

  async function change (verb: 'start' | 'stop', signal: AbortSignal): Promise<void> {
    const result = await systemctl([verb], signal)
    if (succeeded(result)) return
    const now = await show(signal).then(({ subState }) => `; it is "${subState}" now`, (error: unknown) => {
      if (error instanceof SupervisorError) return ''
      throw error
    })
    throw new SupervisorError(
      `The ${name} could not be ${verb === 'start' ? 'started' : 'stopped'}${now}: ` +
      `systemctl ${endingOf(result)}.`, wordsOf(result)
    )
  }

  return {
    service: `the ${name}`,
    start: async signal => { await change('start', signal) },
    stop: async signal => { await change('stop', signal) },
    async pid (signal) {
      const { mainPid, subState } = await show(signal)
      // A oneshot unit that remains: it stands for others, as Debian's postgresql.service does for each cluster's unit.
      if (mainPid === 0 && subState === 'exited') {
        throw new SupervisorError(
          `The ${name} has no process of its own: it is "exited". Name the unit that has the ` +
          'process in service.options.service_name: for Debian\'s PostgreSQL that is not postgresql, but for example ' +
          'postgresql@15-main.')
      }
      return mainPid === 0 ? null : mainPid
    }
  }
}

interface UnitState {
  /** 0: there is no main process. */
  readonly mainPid: number
  /** For example `running`, `dead`, `failed`, `exited`, `auto-restart`. */
  readonly subState: string
}

/** Reads `NAME=value` lines, in any order; null when one of the two is missing. */
function readState (text: string): UnitState | null {
  const mainPid = /^MainPID=(\d+)$/m.exec(text)?.[1]
  const subState = /^SubState=(\S+)$/m.exec(text)?.[1]
  return mainPid === undefined || subState === undefined ? null : { mainPid: Number(mainPid), subState }
}
