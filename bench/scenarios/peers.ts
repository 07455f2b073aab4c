import { startContender, type ContenderProcess } from '../harness/child.js'
import type { Contender, Context, Figure } from '../harness/scenario.js'

/** A contender that runs in a process of its own, once as it is by default and once durable. */
interface PeerKind {
  readonly name: string
  /** What its default can lose after an answer; null where it has no looser setting. */
  readonly loose: string | null
  /** How it is durable; null where it cannot be. */
  readonly durable: string | null
}

const peerKinds: readonly PeerKind[] = [
  { name: 'plainjob', loose: 'WAL, synchronous=NORMAL: the last commits', durable: 'WAL, synchronous=FULL; 1 ms polling' },
  { name: 'liteque', loose: 'WAL, synchronous=NORMAL: the last commits', durable: 'WAL, synchronous=FULL; 1 ms polling' },
  { name: 'better-queue', loose: 'no sync: everything since the last write-back', durable: 'WAL, synchronous=FULL' },
  { name: 'bullmq', loose: 'Redis, snapshots only: minutes', durable: 'Redis, appendfsync=always' },
  { name: 'pg-boss', loose: 'PostgreSQL, synchronous_commit=off: under a second', durable: 'PostgreSQL, synchronous_commit=on' },
  { name: 'graphile-worker', loose: 'PostgreSQL, synchronous_commit=off: under a second', durable: 'PostgreSQL, synchronous_commit=on' },
  { name: 'beanstalkd', loose: 'in memory: everything', durable: 'log, fsync at each write (-b, -f 0)' }
]

/** The one that has no store: what HTTP and validation cost. */
export const bare: PeerKind = { name: 'fastify', loose: 'no store', durable: null }

/** Raw better-sqlite3. */
export const limit: PeerKind = { name: 'sqlite', loose: null, durable: 'WAL, synchronous=FULL' }

/** Steward's queue in process, without its HTTP server. */
export const queueOfSteward: PeerKind = { name: 'steward', loose: null, durable: 'WAL, synchronous=FULL' }

type Measure = (contender: ContenderProcess, context: Context) => Promise<Figure[]>

/** The contenders of a scenario: each of these kinds, measured the same way. */
export function contendersOf (kinds: readonly PeerKind[], measure: Measure): Contender[] {
  return kinds.flatMap(({ name, loose, durable }) => [
    ...loose === null ? [] : [contender({ name, durable: false, words: loose }, measure)],
    ...durable === null ? [] : [contender({ name, durable: true, words: durable }, measure)]
  ])
}

/** All peers, each at its default and durable. */
export function peers (measure: Measure): Contender[] {
  return contendersOf(peerKinds, measure)
}

/** The names of the peers that are as durable as Steward. */
export const durablePeers: readonly string[] = peerKinds.map(({ name }) => `${name} durable`)

interface Configured {
  readonly name: string
  readonly durable: boolean
  readonly words: string
}

function contender ({ name, durable, words }: Configured, measure: Measure): Contender {
  return {
    name: durable && name !== 'sqlite' && name !== 'steward' ? `${name} durable` : name,
    durability: words,
    async measure (context) {
      const process = await startContender({ name, durable, folder: context.folder })
      try {
        return await measure(process, context)
      } finally {
        await process.close()
      }
    }
  }
}
