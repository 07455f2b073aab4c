import { randomBytes } from 'node:crypto'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { systemClock as clock } from '../../src/domain/clock.js'
import { Problem } from '../../src/domain/problem.js'
import { StoreError } from '../../src/store/errors.js'
import { openStore } from '../../src/store/store.js'
import { temporaryFolder } from '../support/engine.js'
import { runProgram, startProgram } from '../support/program.js'
import { patience, torture } from '../support/torture.js'
import { ask, fillStore, idsIn, questionsOf, type Told } from './content.js'

t.setTimeout(patience)

const pageBytes = 4096

/** A sound database, and what it tells. */
interface Sound {
  readonly path: string
  readonly bytes: Buffer
  readonly ids: readonly string[]
  readonly truth: Told
}

async function makeSound (t: Test): Promise<Sound> {
  const path = join(temporaryFolder(t), 'steward.db')
  const store = openStore({ path, clock, queueLimit: 1000 })
  await fillStore(store)
  const ids = idsIn(store)
  const truth = ask(questionsOf(store, ids))
  store.close()
  return { path, bytes: readFileSync(path), ids, truth }
}

/** What became of a damaged database: refused at the start, or lost at a read; and what it told before. */
interface Verdict {
  readonly refused: string | null
  readonly lost: string | null
  /** Questions whose answer is not the truth. */
  readonly wrong: readonly string[]
}

/** Opens a damaged file and asks everything. Anything but an answer or a clear refusal fails the test. */
function judge (path: string, { ids, truth }: Sound): Verdict {
  let lost: string | null = null
  try {
    const store = openStore({ path, clock, queueLimit: 1000, onFatal: error => { lost = error.message } })
    const told = ask(questionsOf(store, ids), error => error instanceof Problem && error.code === 'store-unavailable')
    store.close()
    const wrong = [...told].filter(([question, answer]) => truth.get(question) !== answer)
    return { refused: null, lost, wrong: wrong.map(([question]) => question) }
  } catch (error) {
    if (!(error instanceof StoreError) || error.trouble !== 'unusable') throw error
    return { refused: error.message, lost, wrong: [] }
  }
}

/** What disks do to a page: it is lost, or noise; its end was never written; another was written in its place. */
const damages: ReadonlyArray<(page: Buffer, other: Buffer) => void> = [
  page => { page.fill(0) },
  page => { randomBytes(page.length).copy(page) },
  page => { page.fill(0, page.length / 2) },
  (page, other) => { other.copy(page) }
]

t.test('a damaged page is noticed at the start or where it is read, and nothing untrue is told of it', async t => {
  const sound = await makeSound(t)
  const file = join(temporaryFolder(t), 'damaged.db')
  const pages = sound.bytes.length / pageBytes
  const pageOf = (bytes: Buffer, index: number): Buffer => bytes.subarray(index * pageBytes, (index + 1) * pageBytes)
  const seen = { refused: 0, lost: 0, unused: 0 }

  for (let index = 0; index < pages; index++) {
    for (const [which, damage] of damages.entries()) {
      // One kind of damage for each page, in turn; all of them in the long run.
      if (!torture && which !== index % damages.length) continue
      const bytes = Buffer.from(sound.bytes)
      damage(pageOf(bytes, index), pageOf(sound.bytes, (index + 7) % pages))
      for (const ending of ['-wal', '-shm', '.lock']) rmSync(file + ending, { force: true })
      writeFileSync(file, bytes)

      const { refused, lost, wrong } = judge(file, sound)

      if (wrong.length > 0) t.strictSame(wrong, [], `page ${index}, damage ${which}`)
      const message = refused ?? lost
      if (message !== null && !/is (damaged|not an SQLite)/.test(message)) t.fail(`page ${index}, damage ${which}: ${message}`)
      seen[refused !== null ? 'refused' : lost !== null ? 'lost' : 'unused']++
    }
  }

  t.ok(pages > 100, 'tables, indexes, pages of large payloads and unused ones were among them')
  t.ok(seen.refused > pages / 4 && seen.unused < pages / 2, JSON.stringify(seen))
})

/** Changes that SQLite lets through, made with its checks switched off: what a careless hand or a bug could write. */
const rows: Readonly<Record<string, { readonly sql: string, readonly detected: 'start' | 'read' }>> = {
  'a state that there is not': { sql: "update action set state = 'LOST' where seq = 40", detected: 'start' },
  'a finished action that waits': { sql: 'update action set finished_at = null where seq = 40', detected: 'start' },
  'arguments that are not JSON': { sql: "update action set args = '{\"a\":' where seq = 40", detected: 'read' },
  'headers that are a list': { sql: "update action set headers = '[]' where seq = 40", detected: 'read' },
  'a failure that is not JSON': { sql: "update action set state_payload = '{' where state = 'FAILED'", detected: 'read' },
  'a payload that is not JSON': { sql: "update transition set payload = 'done' where state = 'DONE'", detected: 'read' },
  'a history without its beginning': {
    sql: "delete from transition where action_seq = 40 and state = 'NEW'", detected: 'read'
  },
  'a history without its end': {
    sql: 'delete from transition where seq = (select last_transition from action where seq = 40)', detected: 'read'
  },
  'a history that leads in a circle': {
    sql: "update transition set previous = seq + 1 where action_seq = 40 and state = 'NEW'", detected: 'read'
  },
  'a history that leads into another': {
    sql: 'update transition set previous = (select last_transition from action where seq = 39) where seq = (select last_transition from action where seq = 40)',
    detected: 'read'
  },
  'a transition of nobody': { sql: 'update transition set action_seq = 999 where action_seq = 40', detected: 'read' },
  'an outcome of nobody': { sql: 'update outcome set action_seq = 999 where action_seq = 40', detected: 'read' },
  'no row that says which store it is': { sql: 'delete from store', detected: 'start' }
}

t.test('rows that break the laws are noticed, and end the store', async t => {
  const sound = await makeSound(t)
  for (const [name, { sql, detected }] of Object.entries(rows)) {
    const file = join(temporaryFolder(t), 'damaged.db')
    writeFileSync(file, sound.bytes)
    breakRows(file, sql)

    const { refused, lost, wrong } = judge(file, sound)

    t.match(detected === 'start' ? refused : lost, /is damaged/, name)
    t.strictSame(wrong.filter(question => !detectedLater.has(question)), [], name)
  }
})

/** Lists are read by place, without the histories: what is missing there shows where it is asked for itself. */
const detectedLater = new Set(['events'])

function breakRows (file: string, sql: string): void {
  const database = new Database(file)
  database.unsafeMode()
  database.pragma('ignore_check_constraints = on')
  database.pragma('foreign_keys = off')
  const triggers = database.prepare<[], string>("select name from sqlite_schema where type = 'trigger'").pluck().all()
  const made = database.prepare<[], string>("select sql from sqlite_schema where type = 'trigger'").pluck().all()
  for (const trigger of triggers) database.exec(`drop trigger ${trigger}`)
  database.exec(sql)
  for (const trigger of made) database.exec(trigger)
  database.close()
}

t.test('the program', async t => {
  const sound = await makeSound(t)

  await t.test('refuses a damaged database with 5 and a sentence, and so do check and backup; not a byte of it changes', async t => {
    const folder = t.testdir()
    const file = join(folder, 'steward.db')
    const page = rootOf(sound.path, 'action')
    const bytes = Buffer.from(sound.bytes).fill(0x5a, pageBytes * (page - 1), pageBytes * page)
    writeFileSync(file, bytes)

    for (const command of ['serve --bind 127.0.0.1:0', 'check', 'migrate', `backup ${join(folder, 'copy.db')}`]) {
      const { code, stderr } = await runProgram([...command.split(' '), '--db', file], { folder })
      t.equal(code, 5, command)
      t.match(stderr, /steward\.db is damaged.* restore a backup/, command)
    }
    t.strictSame(readFileSync(file), bytes)
  })

  await t.test('ends with 5 when it comes upon damage, and tells nothing of what it read', async t => {
    const folder = t.testdir()
    const file = join(folder, 'steward.db')
    copyFileSync(sound.path, file)
    breakRows(file, rows['a payload that is not JSON']!.sql)
    breakRows(file, rows['arguments that are not JSON']!.sql)
    const program = await startProgram(t, { folder, args: ['--db', file] })

    const statuses = await Promise.all(sound.ids.map(async id => {
      return await fetch(`${program.url}/api/v1/actions/${id}`).then(({ status }) => status, () => 'gone')
    }))

    t.ok(statuses.includes(503), statuses.join())
    t.strictSame(await program.exited, { code: 5, signal: null })
    t.match(program.output(), /steward: .*steward\.db is damaged \(what should be JSON is not\)/)
  })
})

/** The number of a table's first page; 1 is the first of the file. */
function rootOf (path: string, table: string): number {
  const database = new Database(path, { readonly: true })
  const page = database.prepare<[string], number>('select rootpage from sqlite_schema where name = ?').pluck().get(table)
  database.close()
  return page ?? 0
}
