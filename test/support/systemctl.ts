import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const double = fileURLToPath(new URL('systemctl-double.sh', import.meta.url))

/**
 * How a unit behaves: it starts a process; it does, and `show` tells its properties in the other order; it stands for
 * others and has no process; its job fails; the caller may not start it; its start does not end; `show` says nothing.
 */
export type UnitSort = 'simple' | 'reversed' | 'umbrella' | 'failing' | 'denied' | 'hanging' | 'mute'

/** A `systemctl` that is not systemd's, first in the PATH of this process until the test has ended. */
export interface SystemctlDouble {
  /** Where it is. */
  readonly folder: string
  /** Makes a unit known, or another one of it. */
  setUnit (name: string, sort: UnitSort): void
  /** The process that was started for a unit; null: none ever was. */
  pid (name: string): number | null
  /** The arguments of each call so far. */
  calls (): string[]
}

/** Puts the double into PATH. The test's end restores that, and ends the processes of its units. */
export function createSystemctl (t: Test): SystemctlDouble {
  // Not the test's own folder: that is gone when the processes have to be found.
  const folder = mkdtempSync(join(tmpdir(), 'steward-systemctl-'))
  const command = join(folder, 'systemctl')
  copyFileSync(double, command)
  chmodSync(command, 0o755)
  const before = process.env['PATH']
  process.env['PATH'] = `${folder}:${before}`
  const units = new Set<string>()
  const at = (name: string): string => join(folder, 'units', `${name}.service`)
  const pid = (name: string): number | null => {
    const file = join(at(name), 'pid')
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : null
  }
  t.teardown(() => {
    process.env['PATH'] = before
    for (const name of units) endProcess(pid(name))
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    pid,
    setUnit (name, sort) {
      units.add(name)
      mkdirSync(at(name), { recursive: true })
      writeFileSync(join(at(name), 'sort'), sort)
    },
    calls: () => readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n')
  }
}

function endProcess (pid: number | null): void {
  try {
    if (pid !== null) process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
