import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { abortReason } from '../domain/kind.js'
import type { Command, CommandResult } from '../domain/ports/process.js'
import { setLongTimer } from '../timers.js'
import { noProgram } from './launch.js'
import { endGroup } from './process-group.js'

/** How a process ended. */
export interface Ending extends Pick<CommandResult, 'exitCode' | 'signal' | 'timedOut' | 'startError'> {
  /** The process group that it led, which may have other members still; null when it was never started. */
  readonly leader: number | null
}

/** What is to be known of a process that was just started. */
export interface Supervised {
  readonly child: ChildProcess
  readonly command: Command
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly killAfterMs: number
}

/**
 * Waits for the process, which leads a group of its own, and ends the group on timeout and cancel. Has to be called in
 * the same turn as the start: an exit in between would go unheard. Rejects with the signal's reason when the process is
 * to be left alone.
 */
export function supervise ({ child, command, killAfterMs }: Supervised): Promise<Ending> {
  const { signal, timeoutMs } = command
  return new Promise((resolve, reject) => {
    let timedOut = false
    let ended: Promise<void> | null = null
    const end = (why: string): void => {
      if (ended !== null || child.pid === undefined) return
      timedOut = why === 'timeout'
      ended = endGroup({ leader: child.pid, killAfterMs })
    }
    const onAbort = (): void => {
      const reason = signal === undefined ? 'cancelled' : abortReason(signal)
      if (reason !== 'shutdown') return end(reason)
      if (ended !== null) return
      release()
      child.unref()
      reject(signal?.reason)
    }
    const timer = timeoutMs === undefined ? null : setLongTimer(() => { end('timeout') }, timeoutMs)
    const release = (): void => {
      timer?.clear()
      signal?.removeEventListener('abort', onAbort)
    }
    signal?.addEventListener('abort', onAbort)
    // An abort during the opening of the files came before there was a listener.
    if (signal?.aborted === true) onAbort()

    child.once('error', error => {
      release()
      resolve(startFailure(explainStart(command, error)))
    })
    child.once('exit', (exitCode, exitSignal) => {
      release()
      const ending = { exitCode, signal: exitSignal, timedOut, startError: null, leader: child.pid ?? null }
      Promise.resolve(ended).then(() => { resolve(ending) }, reject)
    })
  })
}

/** The ending of what was never begun. */
export function startFailure (startError: string): Ending {
  return { exitCode: null, signal: null, timedOut: false, startError, leader: null }
}

function explainStart ({ argv: [program], cwd }: Command, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      if (cwd !== undefined && !existsSync(cwd)) return `its working folder ${cwd} does not exist`
      return existsSync(program) ? `the interpreter that "${program}" names in its first line does not exist` : noProgram(program)
    case 'EACCES': return `"${program}" may not be executed${cwd === undefined ? '' : `, or its working folder ${cwd} not entered`}`
    default: return error.message
  }
}
