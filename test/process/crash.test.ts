import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { createOutsideWork, type OutsideWork } from '../support/outside-work.js'
import { runProgram } from '../support/program.js'
import { createRandom, seed } from '../support/random.js'
import { patience, scale } from '../support/torture.js'
import { judgeActions, judgeWorkflows, type Faults } from './storm/judge-actions.js'
import { judgeEvents } from './storm/judge-events.js'
import { createLives } from './storm/lives.js'
import { migrating, moments, type Moment } from './storm/moments.js'
import { createOldDatabase } from './storm/old-database.js'
import type { Recorded } from './storm/records.js'
import { createStorm, type Storm } from './storm/storm.js'
import { backupWork, externalWork, soleWorks, stoppableWork } from './storm/work.js'

/** How often the agent is ended at most, and after how many milliseconds each moment is not begun again. */
const lifetimes = { most: scale({ ci: 37, torture: 550 }), enoughMs: scale({ ci: 35_000, torture: Infinity }) }
/** More than most moments need, so that a life always comes to its end. */
const mostPerLife = { any: 70, fat: 400, long: 70 }
const random = createRandom(seed)
/** Half a dozen seconds: long enough for everybody who watches to come back in the meantime. */
const pruning = ['actions.prune_keep=40', 'actions.prune_age_days=0.00007', 'actions.prune_interval_seconds=1']

t.setTimeout(patience)

t.test('kill -9 at every kind of moment, under load through every protocol', { timeout: patience }, async t => {
  const folder = t.testdir()
  const outside = createOutsideWork(folder)
  const base = ['--config', outside.config]
  const storm = createStorm({ random, prepare: journal => createOldDatabase(join(folder, 'data', 'steward.db'), journal) })
  t.comment(`STEWARD_TEST_SEED=${seed} repeats this choice of requests and moments`)

  const lives = createLives(t, { folder, random })
  const hits = new Map<string, number>()
  let folding = 0
  for (const moment of momentsToCome(hits)) {
    const args = moment.prunes === true ? [...base, ...pruning.flatMap(setting => ['--set', setting])] : base
    const life = await lives.begin({ args, moment })
    await storm.rage(life, amountOf(moment))
    const { hit, code, signal } = await life.ended
    if (hit) hits.set(moment.name, (hits.get(moment.name) ?? 0) + 1)
    if (lives.diedFolding()) folding++
    const isFine = signal === 'SIGKILL' || (code === 0 && moment.with !== 'kill')
    if (!isFine) t.fail(`${moment.name}: ended with ${code} ${signal}`, { seed, output: life.launched.output().slice(-3000) })
  }

  const last = await lives.begin({ args: base, moment: { name: 'the last', strikes: 'load', with: 'term' } })
  const records = await storm.calm(last)
  t.match(await last.ended, { code: 0, signal: null }, 'the last agent stops in good order', { seed })
  t.equal((await runProgram(['check'], { folder })).code, 0, 'the database is sound', { seed })
  t.comment(`${folding} times it died while the log was folded back`)
  judge(t, { storm, records, folder, outside, hits })
})

/**
 * First what comes while the old database is migrated, then everything in turn; what was not hit comes again. Once all
 * have been, a busy machine is left in peace.
 */
function * momentsToCome (hits: ReadonlyMap<string, number>): Generator<Moment> {
  let left = [...migrating, ...moments]
  for (let life = 0; life < lifetimes.most; life++) {
    const moment = left.shift()
    if (moment === undefined) return
    yield moment
    if (!hits.has(moment.name)) left.push(moment)
    if (left.length === 0 && performance.now() < lifetimes.enoughMs) left = [...moments]
  }
}

function amountOf ({ sole }: Moment): Parameters<Storm['rage']>[1] {
  return sole === undefined ? { limit: mostPerLife.any } : { limit: mostPerLife[sole], sole: soleWorks[sole] }
}

interface Result {
  readonly storm: Storm
  readonly records: readonly Recorded[]
  readonly folder: string
  readonly outside: OutsideWork
  readonly hits: ReadonlyMap<string, number>
}

function judge (t: Test, { storm, records, folder, outside, hits }: Result): void {
  const { journal, watchers, workflows } = storm
  const acknowledged = journal.sent.filter(({ acknowledgedAt }) => acknowledgedAt !== null)
  const gaps = watchers.flatMap(watcher => watcher.gaps)
  const pruned = records.filter(({ kept }) => kept === null)
  t.comment(`${journal.sent.length} requests, ${acknowledged.length} acknowledged; ${records.length} actions, ` +
    `${pruned.length} of them pruned; ${watchers[0]?.events.length} events; ${journal.told.length} ends told; ${gaps.length} gaps`)

  const never = [...migrating, ...moments].map(({ name }) => name).filter(name => !hits.has(name))
  t.strictSame(never, [], 'every kind of moment was hit', { seed, hits: Object.fromEntries(hits) })
  t.ok(acknowledged.length > 300 && pruned.length > 0, 'the load was real', { seed })
  const cancelled = new Set(journal.sent.map(({ cancelledAs }) => cancelledAs))
  t.ok(cancelled.has('RUNNING') && cancelled.has('FAILED'), 'what ran and what waited was cancelled', { seed })

  hold(t, judgeActions({ journal, records, hasGap: gaps.length > 0 }))
  hold(t, judgeEvents({ journal, watchers, records }))
  hold(t, judgeWorkflows(workflows, { journal, records }))
  hold(t, judgeOutside({ records, outside }))
  hold(t, judgeBackups({ records, folder }))
}

function hold (t: Test, faults: Faults): void {
  for (const [law, found] of Object.entries(faults)) t.strictSame(found, [], law, { seed })
}

function judgeOutside ({ records, outside }: Pick<Result, 'records' | 'outside'>): Faults {
  const begun = outside.begun()
  const ids = new Set(begun)
  const external = records.filter(({ kind }) => kind === externalWork || kind === stoppableWork)
  const done = external.filter(({ state }) => state === 'DONE')
  return {
    'no work outside is begun twice': begun.filter((id, index) => begun.indexOf(id) !== index),
    'work outside was part of the load': done.length > 0 ? [] : ['none is DONE'],
    'no work outside is DONE without its effect': done.filter(({ id }) => !outside.hasEffect(id)).map(({ id }) => id),
    'work outside was asked for': [...ids].filter(id => !external.some(record => record.id === id))
  }
}

function judgeBackups ({ records, folder }: Pick<Result, 'records' | 'folder'>): Faults {
  const place = join(folder, 'data', 'backups')
  const backups = records.filter(({ kind }) => kind === backupWork)
  const unsound = backups.filter(({ state }) => state === 'DONE').filter(({ payload }) => {
    const database = new Database(join(place, (payload as { file: string }).file), { readonly: true })
    const found = database.pragma('integrity_check', { simple: true })
    database.close()
    return found !== 'ok'
  })
  const givenUp = backups.filter(({ payload }) => JSON.stringify(payload).includes('"interrupted"'))
  const left = backups.length === 0 ? [] : readdirSync(place).filter(name => name.endsWith('.partial'))
  return {
    'a backup that is DONE is whole': unsound.map(({ id }) => id),
    'no half of a backup is left behind': left.filter(name => !givenUp.some(({ id }) => name.includes(id)))
  }
}
