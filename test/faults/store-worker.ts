/**
 * Uses a store, turn by turn, while one call after the other fails: `node --import=tsx store-worker.ts FOLDER`, with
 * the recorder loaded. Standard input is a list of trials as JSON; standard output is what they came to, a line each.
 */
import { copyFileSync, existsSync, mkdirSync, openSync, readSync, closeSync, rmSync, statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { systemClock as clock } from '../../src/domain/clock.js'
import { done } from '../../src/domain/kind.js'
import { Problem } from '../../src/domain/problem.js'
import { StoreError } from '../../src/store/errors.js'
import { openStore, type SqliteStore } from '../../src/store/store.js'
import { draft } from '../contracts/store-under-test.js'
import { cancelWish } from '../support/access.js'
import { armFault, type DiskFault } from '../support/disk-recorder.js'
import { faultsOfStore, type Remark } from './journal.js'

/** Calls that are to fail, and while what: `fill` goes on until the write-ahead log is folded back. */
export interface Trial {
  readonly fault: DiskFault
  readonly when: 'open' | 'use' | 'fill' | 'close'
}

/** What one trial came to. */
export interface Tried extends Trial {
  /** Whether the failing call was ever reached. */
  readonly hit: boolean
  /** The codes of problems with which the store answered. */
  readonly problems: readonly string[]
  /** Why the store could not be opened, or gave itself up; null when it goes on. */
  readonly lost: string | null
  /** What it broke of its promises. */
  readonly faults: readonly string[]
}

const folder = process.argv[2] ?? ''
const { RECORDER_LOG: log = '', RECORDER_FAULT: control = '' } = process.env
const large = 'x'.repeat(30_000)

interface Notes {
  readonly note: (remark: Remark) => void
  readonly refused: (error: unknown) => void
}

/** Does everything that a store is for, each thing in a turn of its own; notes what was acknowledged. */
async function use (store: SqliteStore, notes: Notes): Promise<void> {
  const { note } = notes
  const attempt = attempting(notes)
  const ids: string[] = []
  for (const size of ['', large]) {
    ids.push(await append(store, size, notes))
    const cancelled = await append(store, '', notes)
    ids.push(cancelled)
    const claimed = await attempt(() => store.claim('main'))
    if (claimed !== null) {
      await attempt(() => store.progress(claimed.seq, size))
      await attempt(() => { tell(store, claimed.id, notes) })
      await attempt(() => store.settle(claimed.seq, done(size)))
      ids.push(claimed.id)
    }
    if (await attempt(() => store.requestCancel(cancelled, cancelWish())) !== null) note({ type: 'cancelled', id: cancelled })
    await attempt(() => store.page({ filter: {}, order: 'desc', limit: 10 }))
  }
  for (const id of ids) await attempt(() => { tell(store, id, notes) })
  await attempt(() => store.prune({ keep: 3, before: clock.now() + 1000 }))
}

/** Writes until the write-ahead log is folded back. */
async function fill (store: SqliteStore, notes: Notes): Promise<void> {
  for (let count = 0; count < 20; count++) await append(store, 'x'.repeat(1_000_000), notes)
  await use(store, notes)
}

function attempting ({ refused }: Notes): <T>(work: () => T | Promise<T>) => Promise<T | null> {
  return async work => {
    try {
      return await work()
    } catch (error) {
      refused(error)
      return null
    }
  }
}

async function append (store: SqliteStore, text: string, notes: Notes): Promise<string> {
  const id = v7()
  notes.note({ type: 'asked', client: 0, id, kind: 'a.b/c', args: { text } })
  const appended = await attempting(notes)(() => store.append(draft({ id, args: { text } })))
  if (appended !== null) notes.note({ type: 'acknowledged', id })
  return id
}

function tell (store: SqliteStore, id: string, { note }: Notes): void {
  const action = store.get(id)
  for (const { seq: position, at, state, payload } of action === null ? [] : store.history(action.seq)) {
    note({ type: 'told', id, event: { position, at, state, payload } })
  }
}

/** One trial under way. */
interface Course {
  readonly path: string
  readonly remarks: Remark[]
  readonly problems: string[]
  readonly faults: string[]
  /** Why the store could not be opened, or gave itself up. */
  readonly fatal: StoreError[]
}

function openFor ({ path, fatal }: Course): SqliteStore {
  return openStore({ path, clock, queueLimit: 100, onFatal: error => { fatal.push(error) } })
}

/** Notes for a time in which nothing fails. */
function strict ({ remarks, faults }: Course): Notes {
  return {
    note: remark => { remarks.push(remark) },
    refused: error => { faults.push(`it does not go on: ${String(error)}`) }
  }
}

/** Notes for a time in which something fails: then the store refuses with a problem. */
function lenient ({ remarks, problems, faults }: Course): Notes {
  return {
    note: remark => { remarks.push(remark) },
    refused: error => {
      if (error instanceof Problem) problems.push(error.code)
      else faults.push(`an error that nobody understands: ${String(error)}`)
    }
  }
}

/** Closes the store, and puts its log back as a crash would have left it. */
function crash (store: SqliteStore, { path }: Course): void {
  for (const ending of ['', '-wal']) copyFileSync(`${path}${ending}`, `${path}.kept${ending}`)
  store.close()
  for (const ending of ['', '-wal']) copyFileSync(`${path}.kept${ending}`, `${path}${ending}`)
}

/** Does what is to be done while calls fail; returns the store where it is open afterwards. */
async function suffer (store: SqliteStore, when: Trial['when'], course: Course): Promise<SqliteStore | null> {
  switch (when) {
    case 'use': await use(store, lenient(course)); return store
    case 'fill': await fill(store, lenient(course)); return store
    case 'close': store.close(); return null
    case 'open':
      try {
        const opened = openFor(course)
        await use(opened, lenient(course))
        return opened
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        course.fatal.push(error)
        return null
      }
  }
}

async function attemptTrial ({ fault, when }: Trial, number: number): Promise<Tried> {
  const home = join(folder, String(number))
  const course: Course = { path: join(home, 'steward.db'), remarks: [], problems: [], faults: [], fatal: [] }
  const { problems, faults, fatal, path, remarks } = course
  mkdirSync(home)
  const before = openFor(course)
  await use(before, strict(course))
  if (when === 'open') crash(before, course)

  const place = statSync(log).size
  armFault(control, fault)
  const after = await suffer(before, when, course)
  armFault(control, none)

  const events = logSince(place)
  if (fatal.length > 1) faults.push('it gave itself up more than once')
  const store = after ?? openFor(course)
  if (after === null || fatal.length === 0) await use(store, strict(course))
  faults.push(...syncedAgain(events), ...leftBehind(path, remarks))
  store.close()
  rmSync(home, { recursive: true, force: true })
  const lost = fatal[0]?.trouble ?? null
  return { fault, when, hit: /^fault /m.test(events), problems: [...new Set(problems)], lost, faults }
}

const none: DiskFault = { operations: 'w', nth: 1_000_000_000, error: 'EIO' }

/** The lines that the recorder has written since; what was written to files is among them, and begins no line so. */
function logSince (place: number): string {
  const bytes = Buffer.alloc(statSync(log).size - place)
  const descriptor = openSync(log, 'r')
  readSync(descriptor, bytes, 0, bytes.length, place)
  closeSync(descriptor)
  return bytes.toString('latin1')
}

/** After a failed sync nobody knows what is on the disk: trying again would only seem to help. */
function syncedAgain (events: string): string[] {
  const [, inode, later = ''] = /^lost (\d+)\n([^]*)/m.exec(events) ?? []
  return inode !== undefined && new RegExp(`^sync ${inode}$`, 'm').test(later) ? ['it tried a failed sync again'] : []
}

/** What is wrong with what a start after the process's death would find. */
function leftBehind (path: string, remarks: readonly Remark[]): string[] {
  const copy = `${path}.left`
  for (const ending of ['', '-wal']) if (existsSync(`${path}${ending}`)) copyFileSync(`${path}${ending}`, `${copy}${ending}`)
  const store = openStore({ path: copy, clock, queueLimit: 100 })
  try {
    return faultsOfStore({ store, path: copy, remarks })
  } finally {
    store.close()
  }
}

const trials = JSON.parse(await text(process.stdin)) as Trial[]
for (const [number, trial] of trials.entries()) process.stdout.write(`${JSON.stringify(await attemptTrial(trial, number))}\n`)
// Stores that gave themselves up are not to be closed in order.
process.kill(process.pid, 'SIGKILL')
