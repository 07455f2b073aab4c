import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** What the figures were measured on, in one line. */
export function machineLine (folder: string): string {
  const processors = cpus()
  const database = new Database(':memory:')
  const sqlite = database.prepare('select sqlite_version()').pluck().get() as string
  database.close()
  return [
    `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown CPU'}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Linux ${release()}`,
    `Node ${process.versions.node}`,
    `SQLite ${sqlite}`,
    `disk ${output('findmnt', ['-n', '-o', 'SOURCE,FSTYPE', '-T', folder]).replace(/\s+/g, ' ')}`
  ].join(', ')
}

/** The commit that is checked out, with a mark when files differ from it. */
export function commit (): string {
  const changed = output('git', ['status', '--porcelain', '--untracked-files=no']) !== ''
  return output('git', ['rev-parse', '--short=12', 'HEAD']) + (changed ? ' with changes' : '')
}

function output (command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}

const probeMs = 200

/** How many times per second 4 KiB can be appended to a file and synced, right now. */
export function probeDisk (folder: string): number {
  const path = join(folder, 'probe')
  const file = openSync(path, 'w')
  const page = Buffer.alloc(4096, 1)
  const began = performance.now()
  let count = 0
  while (performance.now() - began < probeMs) {
    writeSync(file, page)
    fdatasyncSync(file)
    count++
  }
  const perSecond = count / (performance.now() - began) * 1000
  closeSync(file)
  rmSync(path)
  return Math.round(perSecond)
}
