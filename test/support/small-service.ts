import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { isRunning } from './processes.js'

const script = fileURLToPath(new URL('small-service.sh', import.meta.url))

/** How the service can misbehave; the script says what each means. */
export type Misbehaviour = 'blind' | 'broken' | 'lazy' | 'stubborn' | 'respawn'

type Argv = [string, ...string[]]

/** A service that is one process, and the commands that supervise it. */
export interface SmallService {
  readonly commands: { readonly pid: Argv, readonly start: Argv, readonly stop: Argv }
  /** Starts or stops it beside the agent, whatever its misbehaviour. */
  begin (): void
  end (): void
  misbehave (how: Misbehaviour): void
  behave (): void
  /** Kills the agent that runs the commands, once, when they come to that point. */
  killAt (point: 'stop-end' | 'start-begin' | 'start-end'): void
  /** The process that was started last; null when it does not run. */
  pid (): number | null
  /** All its processes that run. */
  running (): number[]
  /** What its commands were asked to do. */
  journal (): string[]
}

/** Makes a service in a folder of its own. The test's end ends its processes. */
export function createSmallService (t: Test): SmallService {
  // Not the test's own folder: that is gone when the processes have to be found.
  const folder = mkdtempSync(join(tmpdir(), 'steward-service-'))
  const lines = (file: string): string[] => {
    const path = join(folder, file)
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
  }
  const running = (): number[] => lines('pids').map(Number).filter(isRunning)
  let how: Misbehaviour[] = []
  const set = (next: Misbehaviour[]): void => {
    for (const each of how) rmSync(join(folder, each))
    for (const each of next) writeFileSync(join(folder, each), '')
    how = next
  }
  const beside = (verb: string): void => {
    const [journal, now] = [lines('journal'), how]
    set([])
    spawnSync('/bin/sh', [script, folder, verb])
    set(now)
    writeFileSync(join(folder, 'journal'), journal.map(line => `${line}\n`).join(''))
  }
  const command = (verb: string): Argv => ['/bin/sh', script, folder, verb]
  t.teardown(() => {
    for (const pid of running()) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    commands: { pid: command('pid'), start: command('start'), stop: command('stop') },
    begin: () => { beside('start') },
    end: () => { beside('stop') },
    misbehave: next => { set([next]) },
    behave: () => { set([]) },
    killAt: point => { writeFileSync(join(folder, 'kill'), point) },
    running,
    pid: () => running().find(pid => pid === Number(lines('pid')[0])) ?? null,
    journal: () => lines('journal').filter(line => line !== '')
  }
}
