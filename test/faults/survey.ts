import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isFinal } from '../../src/domain/lifecycle.js'
import type { DiskRecord } from '../support/disk-log.js'
import { memoryFolder } from '../support/disk-recorder.js'
import { openEngine, type Engine } from '../support/engine.js'
import type { ImaginedDisk } from '../support/imagined-disk.js'
import { lossesOf, momentsOf } from '../support/power-failures.js'
import type { Random } from '../support/random.js'
import { actionsOf, faultsOfStore, type Remark } from './journal.js'

/** Where and how the power fails. */
export interface SurveyOptions {
  readonly records: readonly DiskRecord[]
  /** The folder that was recorded. */
  readonly folder: string
  /** The database in it. */
  readonly db: string
  readonly random: Random
  /** Whether the power fails at this place of the log; by default at each sync. */
  readonly wants?: (place: number) => boolean
  /** So many losses by chance at each moment, beside the regular ones. */
  readonly byChance: number
  /** The disk as it was before the first record. */
  readonly disk?: ImaginedDisk
  /** Remarks from before the first record. */
  readonly remarks?: readonly Remark[]
  /** A disk that lies: syncs do nothing. */
  readonly syncsDoNothing?: boolean
}

/** What was found on the disks that were left. */
export interface Survey {
  readonly faults: readonly string[]
  readonly images: number
}

/**
 * Lets the power fail at many moments, each time in every way, starts anew on what is left, and says what is wrong with
 * it. Of each fifth image, what is unfinished is worked off as well.
 */
export async function survey (options: SurveyOptions): Promise<Survey> {
  const { records, folder, db, random, byChance, wants = () => true, remarks: before = [] } = options
  const all = [...before, ...records.flatMap(record => record.type === 'mark' ? [remarkOf(record.remark)] : [])]
  const faults: string[] = []
  let images = 0
  for (const { disk, place, remarks } of momentsOf(options)) {
    if (!wants(place)) continue
    for (const loss of lossesOf(random, byChance)) {
      const target = mkdtempSync(join(memoryFolder(), 'steward-image-'))
      try {
        disk.writeImage(loss, { folder, target })
        const expected = { remarks: [...before, ...remarks.map(remarkOf)], all, goesOn: ++images % 5 === 0 }
        const found = await judge(join(target, db), expected)
        faults.push(...found.map(fault => `at record ${place}, ${loss.title}: ${fault}`))
      } finally {
        rmSync(target, { recursive: true, force: true })
      }
    }
  }
  return { faults, images }
}

function remarkOf (remark: unknown): Remark {
  return remark as Remark
}

interface Expected {
  readonly remarks: readonly Remark[]
  readonly all: readonly Remark[]
  /** Whether it is also to work off what it holds. */
  readonly goesOn: boolean
}

/** Opens an image as a new start does, and says what is wrong with it. */
async function judge (path: string, { remarks, all, goesOn }: Expected): Promise<string[]> {
  const ends: Array<() => void | Promise<void>> = []
  try {
    const engine = openEngine({ teardown: end => { ends.push(end) } }, { path })
    const faults = faultsOfStore({ store: engine.store, path, remarks, all })
    return goesOn ? [...faults, ...await goOn(engine)] : faults
  } catch (error) {
    return [`it does not start: ${String(error)}`]
  } finally {
    for (const end of ends) await end()
  }
}

/** Works everything off, and one more. */
async function goOn (engine: Engine): Promise<string[]> {
  const open = actionsOf(engine.store).filter(({ state }) => !isFinal(state)).map(({ id }) => id)
  await engine.run()
  const { id } = await engine.schedule('agent.replicante.io/debug.success')
  const ended = await Promise.all([...open, id].map(async each => await engine.finished(each)))
  return ended.flatMap(action => isFinal(action.state) ? [] : [`${action.id} does not end`])
}
