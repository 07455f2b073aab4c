import { readdirSync, rmSync, statSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { isFinal } from '../../src/domain/lifecycle.js'
import { readMigrations } from '../../src/store/migrate.js'
import { createAgentClient, watchEvents } from '../support/agent-client.js'
import { temporaryFolder } from '../support/engine.js'
import { launchProgram, runProgram, startProgram } from '../support/program.js'
import { noSmallDisk, smallDisk } from '../support/small-disk.js'
import { patience, scale, torture } from '../support/torture.js'
import { addRichActions, fillOldDatabase } from './old-database.js'

t.setTimeout(patience)

const shipped = readMigrations()
/** Every earlier form of the database, by the number of migrations that it has. */
const earlier = shipped.slice(1).map((_, index) => index + 1)

/** A database as an older Steward left it. */
function makeOld (path: string, form: number): void {
  fillOldDatabase(path, shipped.slice(0, form))
  addRichActions(path)
}

/** Everything in a database that an upgrade must keep, in any form. Folds its log back. */
function contents (path: string): unknown {
  const database = new Database(path)
  const all = (sql: string): unknown[] => database.prepare(sql).all()
  const found = {
    store: all('select id, pruned_action, pruned_transition from store'),
    actions: all(`select seq, id, kind, lane, protocol, principal, requester, state, args, headers, state_payload, created_at,
      scheduled_at, started_at, finished_at, updated_at, interruptions, progress_entries from action order by seq`),
    transitions: all('select seq, action_seq, at, state, payload from transition order by seq'),
    outcomes: all("select name from sqlite_schema where name = 'outcome'").length === 0
      ? []
      : all('select collector, transition_seq, action_seq from outcome order by transition_seq')
  }
  database.close()
  return found
}

const migrationsOf = (path: string): unknown[] => {
  const database = new Database(path, { readonly: true })
  const names = database.prepare('select name from migration order by name').pluck().all()
  database.close()
  return names
}

const copiesIn = (folder: string): string[] => readdirSync(folder).filter(name => name.includes('.before-'))

for (const form of earlier) {
  t.test(`a database with the migrations up to ${shipped[form - 1]!.name} is brought up to date with all that it holds`, async t => {
    const folder = temporaryFolder(t)
    const path = join(folder, 'steward.db')
    makeOld(path, form)
    const before = contents(path)

    const { code, stdout } = await runProgram(['migrate', '--db', path], { folder })

    t.equal(code, 0)
    t.match(stdout, new RegExp(`applied ${shipped.slice(form).map(({ name }) => name).join(', ')}`))
    t.strictSame(contents(path), before, 'actions, transitions, outcomes and their order')
    const copies = copiesIn(folder)
    t.equal(copies.length, 1)
    t.strictSame(contents(join(folder, copies[0]!)), before, 'the copy has it all')
    t.equal(migrationsOf(join(folder, copies[0]!)).length, form, 'in the old form')
    await goesOn(t, { folder, path, before: before as OldContents })
  })
}

interface OldContents {
  readonly store: ReadonlyArray<{ readonly id: string }>
  readonly actions: ReadonlyArray<{ readonly id: string, readonly state: string }>
  readonly transitions: ReadonlyArray<{ readonly seq: number }>
}

interface Upgraded {
  readonly folder: string
  readonly path: string
  readonly before: OldContents
}

/** The agent carries on: ids of events are valid, what ran is recovered, what waited is done, in its order. */
async function goesOn (t: Test, { folder, path, before }: Upgraded): Promise<void> {
  const program = await startProgram(t, { folder, args: ['--db', path] })
  const left = new Set(before.actions.filter(({ state }) => state === 'NEW' || state === 'RUNNING').map(({ id }) => id))
  const waiting = [...left]
  const begun: string[] = []
  const positions: number[] = []
  const [middle] = before.transitions.slice(-30)
  for await (const event of watchEvents(program.url, { after: `${before.store[0]!.id}-${middle!.seq}` })) {
    positions.push(event.position)
    if (isFinal(event.state) && left.delete(event.action_id)) begun.push(event.action_id)
    if (left.size === 0) break
  }
  t.strictSame(positions.slice(0, 29), before.transitions.slice(-29).map(({ seq }) => seq), 'an old event id goes on where it was')
  t.strictSame(begun, waiting, 'what was left is carried out in its order')
  const client = createAgentClient(program.url)
  const lengths = await Promise.all(before.actions.map(async ({ id }) => (await client.find(id))?.history.length ?? 0))
  t.notOk(lengths.includes(0), 'every action can be read with its history')
  program.kill('SIGTERM')
  t.strictSame(await program.exited, { code: 0, signal: null })
}

t.test('a start that is killed in the middle of an upgrade does no harm: the next one finishes it', async t => {
  const rounds = scale({ ci: 4, torture: 300 })
  const all = await countChanges(t)
  const seen = { untouched: 0, half: 0, whole: 0 }
  for (let round = 0; round < rounds; round++) {
    const folder = temporaryFolder(t)
    const path = join(folder, 'steward.db')
    makeOld(path, earlier[round % earlier.length]!)
    const before = contents(path)

    await killAtChange(t, { folder, path, change: 1 + Math.floor(all * round / rounds) })
    const names = migrationsOf(path).length
    seen[names === shipped.length ? 'whole' : names === earlier[round % earlier.length] ? 'untouched' : 'half']++
    const { code, stderr } = await runProgram(['migrate', '--db', path], { folder })

    t.equal(code, 0, `round ${round}: ${stderr}`)
    t.strictSame(contents(path), before, `round ${round}`)
    t.strictSame(copiesIn(folder).filter(name => name.includes('.partial')), [], 'nothing half is left')
    for (const copy of copiesIn(folder)) t.strictSame(contents(join(folder, copy)), before, copy)
  }
  t.comment(`killed at ${rounds} of ${all} changes: ${JSON.stringify(seen)}`)
})

interface Attack {
  readonly folder: string
  readonly path: string
  readonly change: number
}

/** How many changes in its folder an upgrade is seen to make. */
async function countChanges (t: Test): Promise<number> {
  const folder = temporaryFolder(t)
  const path = join(folder, 'steward.db')
  makeOld(path, 1)
  return await killAtChange(t, { folder, path, change: Infinity })
}

/**
 * Starts the agent, and kills it at the nth change in the folder of its database, or when it listens. Returns how many
 * changes were seen.
 */
async function killAtChange (t: Test, { folder, path, change }: Attack): Promise<number> {
  let changes = 0
  // So that nothing but the upgrade changes the database.
  const program = launchProgram(t, { folder, args: ['--db', path, '--set', 'actions.enabled=false'] })
  const watcher = watch(folder, () => { if (++changes >= change) program.kill('SIGKILL') })
  await program.listening
  watcher.close()
  program.kill('SIGKILL')
  await program.exited
  return changes
}

t.test('two programs that upgrade at the same time: one does, the other waits for its turn or is refused', async t => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'steward.db')
  makeOld(path, 1)
  const before = contents(path)

  const both = await Promise.all([1, 2].map(async () => await runProgram(['migrate', '--db', path], { folder })))

  const codes = both.map(({ code }) => code).sort()
  t.ok(codes[0] === 0 && (codes[1] === 0 || codes[1] === 3), codes.join())
  t.strictSame(contents(path), before)
  t.equal(copiesIn(folder).length, 1)
})

t.test('on a full disk nothing is lost and no copies pile up, however often it is tried; with room it goes on', async t => {
  const disk = smallDisk(t, '6m')
  if (disk === null) {
    t.pass('a small disk', { skip: noSmallDisk })
    return
  }
  const path = join(disk, 'steward.db')
  makeOld(path, 1)
  const before = contents(path)
  const { size } = statSync(path)
  const ballast = join(disk, 'ballast')
  // Room for nothing, then for the copy, then for the copy and a part of the log.
  for (const room of torture ? [0.1, 1.2, 1.6] : [1.2]) {
    writeFileSync(ballast, Buffer.alloc(6 * 1024 * 1024 - Math.round(size * (1 + room)) - 64 * 1024))
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, stderr } = await runProgram(['migrate', '--db', path], { folder: disk })
      t.equal(code, 5, `room for ${room}`)
      t.match(stderr, /steward: The disk that holds .*steward\.db is full/)
    }
    // The copy stays where a part of the upgrade is done.
    t.equal(copiesIn(disk).length, migrationsOf(path).length === 1 ? 0 : 1, `room for ${room}`)
    t.strictSame(contents(path), before, `room for ${room}`)
  }
  rmSync(ballast)
  t.equal((await runProgram(['migrate', '--db', path], { folder: disk })).code, 0)
  t.strictSame(contents(path), before)
})
