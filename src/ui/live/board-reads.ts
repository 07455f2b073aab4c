import type { ActionSummary, StewardClient } from '../../client/model.js'
import type { Depth } from './board-signals.js'
import { keptEnded, type Snapshot } from './board-state.js'

type Client = Pick<StewardClient, 'page' | 'action' | 'activity'>

/** A stretch of the queue, and where the next one begins; null: there is none. */
interface Stretch extends Pick<Snapshot, 'waiting' | 'isWhole'> {
  readonly next: string | null
}

/** So many are read at once. */
const pageSize = 1000

interface BoardQuery {
  /** So many of the queue are read, where there are as many. */
  readonly atLeast: number
  readonly signal: AbortSignal
}

/** Reads the whole board: what runs, the head of the queue, what has ended. */
export async function readBoard (client: Client, { atLeast, signal }: BoardQuery): Promise<Snapshot & Stretch> {
  const [head, { actions: running }, { actions: ended }] = await Promise.all([
    readHead(client, { atLeast, signal }),
    client.page({ state: ['RUNNING'], limit: 100 }, { signal }),
    client.page({ state: ['DONE', 'FAILED'], limit: keptEnded }, { signal })
  ])
  const details = await Promise.all(running.map(({ id }) => client.action(id, { signal })))
  // What has ended meanwhile is told by events.
  return { ...head, ended, running: details.filter(({ state }) => state === 'RUNNING') }
}

async function readHead (client: Client, { atLeast, signal }: BoardQuery): Promise<Stretch> {
  let head = await readStretch(client, { cursor: null, signal })
  while (head.next !== null && head.waiting.length < atLeast) {
    const more = await readStretch(client, { cursor: head.next, signal })
    head = { ...more, waiting: [...head.waiting, ...more.waiting] }
  }
  return head
}

interface StretchQuery {
  /** Null: from the head of the queue on. */
  readonly cursor: string | null
  readonly signal: AbortSignal
}

/** Reads a stretch of the queue. */
export async function readStretch (client: Client, { cursor, signal }: StretchQuery): Promise<Stretch> {
  const place = cursor === null ? {} : { cursor }
  const { actions, next } = await client.page({ state: ['NEW'], order: 'asc', limit: pageSize, ...place }, { signal })
  return { waiting: actions, isWhole: next === null, next }
}

/** Reads what runs, and those that wait from a moment (RFC 3339) on, as many as a window could show. */
export async function readDetails (client: Client, { since }: { since: string | null }): Promise<ActionSummary[]> {
  const { actions: running } = await client.page({ state: ['RUNNING'], limit: 100 })
  if (since === null) return running
  const filter = { state: ['NEW' as const], order: 'asc' as const, since, limit: 200 }
  let { actions: waiting, next } = await client.page(filter)
  // A page looks at a part of the queue only.
  while (waiting.length === 0 && next !== null) {
    ({ actions: waiting, next } = await client.page({ ...filter, cursor: next }))
  }
  return [...running, ...waiting]
}

/** Asks how many wait. */
export async function readDepth (client: Client): Promise<Depth> {
  const { lanes, samples } = await client.activity()
  return {
    total: samples.at(-1)?.waiting ?? 0,
    lanes: new Map(lanes.map(({ lane, waiting }) => [lane, waiting]))
  }
}
