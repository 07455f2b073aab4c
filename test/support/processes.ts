import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'

/** Makes a named pipe: opening it waits for the other side, which is how tests and commands meet without sleeping. */
export function makePipe (folder: string, name: string): string {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  return path
}

/** A pid that no process has any more. */
export function deadPid (): number {
  return spawnSync('true').pid
}

/** True when the process runs: a zombie, which nobody has buried yet, does not. */
export function isRunning (pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}

/** Resolves when the process has ended, which nothing but looking can tell of a process that is not ours. */
export async function untilDead (pid: number): Promise<void> {
  while (isRunning(pid)) await turn()
}

/** The processes of a program, by a part of its command line, that have this text in their environment. */
export function pidsOf (program: string, environment: string): number[] {
  const has = (pid: number, file: string, text: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(text)
    } catch {
      return false
    }
  }
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number)
  return pids.filter(pid => has(pid, 'cmdline', program) && has(pid, 'environ', environment))
}
