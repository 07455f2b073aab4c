import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'

/** The flag of open(2) that keeps a descriptor from the programs that this one starts. */
const closeOnExec = 0o2000000

/**
 * The descriptors above 2 that every program started from here would be given: those that were open when this process
 * began, as after `exec 200> lock` in the script that started it. Node keeps back what it opens itself, and of what it
 * found only the lowest. None where the system has no `/proc`.
 */
export function inheritedDescriptors (): number[] {
  return list('/proc/self/fd').map(Number).filter(descriptor => descriptor > 2 && isPassedOn(descriptor))
}

function list (folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isPassedOn (descriptor: number): boolean {
  try {
    const [, flags] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? []
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0
  } catch {
    // The one of the listing itself is closed by now.
    return false
  }
}

type Stdio = ReadonlyArray<'ignore' | number>

/**
 * Starts a process with these descriptors in front and without the withheld ones. Node cannot close one of a child, but
 * it can put another in its place: `/dev/null`.
 */
export function withStdio<T> ({ stdio, withheld }: { stdio: Stdio, withheld: readonly number[] },
  start: (stdio: Array<'ignore' | number>) => T): T {
  if (withheld.length === 0) return start([...stdio])
  const nothing = openSync('/dev/null', 'r+')
  try {
    const all = Array.from({ length: Math.max(...withheld) + 1 }, (_, descriptor) => stdio[descriptor] ?? 'ignore')
    for (const descriptor of withheld) all[descriptor] = nothing
    return start(all)
  } finally {
    closeSync(nothing)
  }
}
