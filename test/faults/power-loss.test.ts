import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { JsonValue } from '../../src/domain/json.js'
import { readMigrations } from '../../src/store/migrate.js'
import type { DiskRecord } from '../support/disk-log.js'
import { createDiskRecorder, recorderMissing, type DiskRecorder } from '../support/disk-recorder.js'
import { ImaginedDisk } from '../support/imagined-disk.js'
import { runProgram, startProgram } from '../support/program.js'
import { createRandom, seed } from '../support/random.js'
import { patience, scale } from '../support/torture.js'
import type { Remark } from './journal.js'
import { noteEvents, runClients } from './marked-clients.js'
import { fillOldDatabase } from './old-database.js'
import { survey } from './survey.js'

const random = createRandom(seed)
const db = join('data', 'steward.db')

/** Finished actions are pruned all the time, so that this too is under way when the power fails. */
const pruning = {
  STEWARD_ACTIONS_PRUNE_KEEP: '25', STEWARD_ACTIONS_PRUNE_AGE_DAYS: '0', STEWARD_ACTIONS_PRUNE_INTERVAL_SECONDS: '1'
}

/**
 * The first start, a load, a stop in good order, and a second start with a load. The second prunes nothing: it could
 * remove, before anybody watches, what ended during the stop, and then nobody would know that it had ended.
 */
async function recordLife (t: Test): Promise<DiskRecorder> {
  const recorder = createDiskRecorder(t)
  const note = (remark: Remark): void => { recorder.mark(remark as unknown as JsonValue) }
  let newest: string | undefined
  const lives = [{ requests: scale({ ci: 220, torture: 600 }), more: pruning }, { requests: 30, more: {} }]
  for (const { requests, more } of lives) {
    const program = await startProgram(t, { folder: recorder.home, env: { ...recorder.env, ...more } })
    const marked = { url: program.url, random, note }
    const lastNoted = await noteEvents(marked, newest)
    await runClients(marked, { clients: 6, requests })
    newest = lastNoted()
    program.kill()
    await program.exited
  }
  return recorder
}

function countSyncs (records: readonly DiskRecord[]): number {
  return records.filter(({ type }) => type === 'sync' || type === 'syncdir').length
}

/** True for about so many of them. */
function someOf (all: number, wanted: number): () => boolean {
  return () => random() * all < wanted
}

t.test('a power loss', { skip: recorderMissing() ?? false, timeout: patience }, async t => {
  t.comment(`STEWARD_TEST_SEED=${seed} repeats this choice of requests, moments and losses`)
  const recorder = await recordLife(t)
  const { folder } = recorder
  const records = recorder.records()
  const firstRequest = records.findIndex(({ type }) => type === 'mark')

  await t.test('at any moment of the very first start leaves what can be started again', async t => {
    const start = records.slice(0, firstRequest)
    const byChance = scale({ ci: 1, torture: 50 })
    const { faults, images } = await survey({ records: start, folder, db, random, byChance })

    t.strictSame(faults.slice(0, 5), [], `${images} disks`)
  })

  await t.test('under load loses nothing that was acknowledged or told, and adds nothing', async t => {
    const chosen = someOf(countSyncs(records), scale({ ci: 30, torture: Infinity }))
    const wants = (place: number): boolean => place > firstRequest && (chosen() || place === records.length)
    const byChance = scale({ ci: 1, torture: 4 })
    const { faults, images } = await survey({ records, folder, db, random, wants, byChance })

    t.ok(images >= 50, `${images} disks`)
    t.strictSame(faults.slice(0, 5), [])
  })

  await t.test('is noticed by this very test where a disk syncs nothing', async t => {
    const wants = (place: number): boolean => place === records.length
    const { faults } = await survey({ records, folder, db, random, wants, byChance: 0, syncsDoNothing: true })

    t.match(faults.find(fault => fault.includes('all of it lost')), /was acknowledged, and is lost/)
  })
})

t.test('a power loss during the upgrade of an old database', { skip: recorderMissing() ?? false, timeout: patience }, async t => {
  const migrations = readMigrations()
  for (let count = 1; count < migrations.length; count++) {
    await t.test(`from ${migrations[count - 1]?.name} leaves it whole, old or new`, async t => {
      const recorder = createDiskRecorder(t)
      const path = join(recorder.folder, 'steward.db')
      const remarks = fillOldDatabase(path, migrations.slice(0, count))
      const disk = new ImaginedDisk()
      disk.load(recorder.folder)

      const { code } = await runProgram(['migrate', '--db', path], { folder: recorder.home, env: recorder.env })

      t.equal(code, 0)
      const records = recorder.records()
      const { faults, images } = await survey({
        records, folder: recorder.folder, db: 'steward.db', random, disk, remarks, byChance: scale({ ci: 1, torture: 50 })
      })
      t.strictSame(faults.slice(0, 5), [], `${images} disks`)
    })
  }
})
