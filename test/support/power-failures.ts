import type { JsonValue } from '../../src/domain/json.js'
import type { DiskRecord } from './disk-log.js'
import { ImaginedDisk, type Fate, type Loss } from './imagined-disk.js'

/** A moment at which the power may fail. */
export interface Moment {
  readonly disk: ImaginedDisk
  /** The place in the log. */
  readonly place: number
  /** What the test had remarked by then. */
  readonly remarks: readonly JsonValue[]
}

interface Moments {
  readonly records: readonly DiskRecord[]
  /** The disk as it was before the first record. */
  readonly disk?: ImaginedDisk
  /** A disk that lies: syncs do nothing. */
  readonly syncsDoNothing?: boolean
}

/**
 * The moments right before each sync takes effect, and the end: with the fates of what is unsynced they stand for every
 * moment in between. A moment is valid until the next is asked for.
 */
export function * momentsOf ({
  records, disk = new ImaginedDisk(), syncsDoNothing = false
}: Moments): Generator<Moment> {
  const remarks: JsonValue[] = []
  for (const [place, record] of records.entries()) {
    const isSync = record.type === 'sync' || record.type === 'syncdir'
    if (isSync) yield { disk, place, remarks }
    if (record.type === 'mark') remarks.push(record.remark)
    else if (!isSync || !syncsDoNothing) disk.follow(record)
  }
  yield { disk, place: records.length, remarks }
}

/** Ways in which a power loss treats what was not synced: the regular ones, and so many by chance. */
export function lossesOf (random: () => number, byChance: number): Loss[] {
  const all = (count: number): number => count
  const none = (): number => 0
  const chance = (): Fate => fates[Math.floor(random() * fates.length)] ?? 'kept'
  return [
    { title: 'all of it lost', fate: () => 'lost', entries: none, tear: random },
    { title: 'all of it kept', fate: () => 'kept', entries: all, tear: random },
    { title: 'files lost, folders kept', fate: () => 'lost', entries: all, tear: random },
    { title: 'the first write lost', fate: index => index === 0 ? 'lost' : 'kept', entries: all, tear: random },
    {
      title: 'the last write torn',
      fate: (index, count) => index < count - 1 ? 'kept' : 'torn',
      entries: all,
      tear: random
    },
    ...Array.from({ length: byChance }, () => ({
      title: 'some of it lost', fate: chance, entries: (count: number) => Math.floor(random() * (count + 1)), tear: random
    }))
  ]
}

/** In the proportions of chance. */
const fates: readonly Fate[] = ['kept', 'kept', 'kept', 'lost', 'lost', 'torn', 'zeroed']
