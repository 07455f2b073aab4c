import { execFileSync, spawnSync } from 'node:child_process'
import {
  accessSync, closeSync, constants, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync,
  writeSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonValue } from '../../src/domain/json.js'
import { readDiskLog, type DiskRecord } from './disk-log.js'
import type { Teardown } from './engine.js'

const source = fileURLToPath(new URL('disk-recorder.c', import.meta.url))

/** A sentence when files cannot be recorded on this machine, else null. */
export function recorderMissing (): string | null {
  if (process.platform !== 'linux') return 'the recorder of disk writes works on Linux alone'
  return spawnSync('gcc', ['--version']).status === 0 ? null : 'needs a C compiler: apt-get install gcc libc6-dev'
}

/** Calls that fail: see `struct fault` in disk-recorder.c. */
export interface DiskFault {
  /** Letters of the operations: o open, r read, w write, t truncate, s sync, u unlink, n rename, m mkdir. */
  readonly operations: string
  /** The first that fails, counted from 1 since the fault was armed. */
  readonly nth: number
  /** By its name; `short` writes half of what was asked for. */
  readonly error: keyof typeof errnos
  /** `once`, or every one from there on. */
  readonly lasting?: boolean
  /** Only files whose path ends like this. */
  readonly suffix?: string
}

const errnos = { short: 0, EIO: 5, ENOSPC: 28 }

/** Records what programs do to the files below a folder. */
export interface DiskRecorder {
  /** A folder to work in, which is not watched. */
  readonly home: string
  /** The folder that is watched: empty, without links in its path, and where syncs cost little. */
  readonly folder: string
  /** The environment with which a program is recorded; an agent's database is then `data/steward.db` in the folder. */
  readonly env: Readonly<Record<string, string>>
  /** Adds a remark to the log, behind everything that has happened until now. */
  mark (remark: JsonValue): void
  /** Lets calls of the programs fail from now on. */
  arm (fault: DiskFault): void
  disarm (): void
  /** What happened so far. */
  records (): DiskRecord[]
}

/** Makes a recorder and its folder, both gone at the end of the test. */
export function createDiskRecorder (t: Teardown): DiskRecorder {
  const home = realpathSync(mkdtempSync(join(memoryFolder(), 'steward-disk-')))
  t.teardown(() => { rmSync(home, { recursive: true, force: true }) })
  const folder = join(home, 'watched')
  const at = { library: join(home, 'recorder.so'), log: join(home, 'log'), fault: join(home, 'fault') }
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-o', at.library, source])
  mkdirSync(folder)
  writeFileSync(at.fault, '')
  const log = openSync(at.log, 'a', 0o600)
  t.teardown(() => { closeSync(log) })
  return {
    home,
    folder,
    env: {
      LD_PRELOAD: at.library,
      RECORDER_WATCH: folder,
      RECORDER_LOG: at.log,
      RECORDER_FAULT: at.fault,
      STEWARD_DB: join(folder, 'data', 'steward.db')
    },
    mark: remark => { writeSync(log, `mark ${JSON.stringify(remark)}\n`) },
    arm: fault => { armFault(at.fault, fault) },
    disarm: () => { writeFileSync(at.fault, '') },
    records: () => readDiskLog(readFileSync(at.log))
  }
}

let armed = 0

/** Writes the file that says what fails. */
export function armFault (file: string, { operations, nth, error, lasting = false, suffix = '*' }: DiskFault): void {
  // The number at the end makes each line another: the recorder counts anew with each.
  writeFileSync(file, `${operations} ${nth} ${errnos[error]} ${lasting ? 0 : 1} ${suffix} ${++armed}`)
}

/** In memory where that is possible: these disks are imagined, and nothing on them is to outlive a real power loss. */
export function memoryFolder (): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}
