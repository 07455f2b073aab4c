import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Job, Peer } from './peer.js'
import type { Both, Command } from './protocol.js'

type DrainCommand = Extract<Command, { do: 'drain' }>

/** The job that all measurements use: the smallest there is. */
export const job: Job = { kind: 'agent.replicante.io/debug.success', args: {} }

/** A handler that counts, and can be made to hold its worker for ever. */
export interface Counting {
  readonly handler: () => Promise<void>
  /** How often it was called. */
  readonly count: () => number
  /** From the next call on the worker is held: what is being measured is over. */
  readonly hold: () => void
}

/** Makes a counting handler. `onJob` is asked at each call: after its first no the worker is held. */
export function counting (onJob: (count: number) => boolean = () => true): Counting {
  let count = 0
  let held = false
  const never = new Promise<void>(() => {})
  const handler = async (): Promise<void> => {
    if (held) return await never
    count++
    if (!onJob(count)) held = true
  }
  return { handler, count: () => count, hold: () => { held = true } }
}

interface Scheduling {
  readonly inFlight: number
  readonly ms: number
  /** Awaited after each job. */
  readonly pause?: () => Promise<void>
}

/** Jobs added per second, so many in flight. */
export async function schedule (peer: Peer, { inFlight, ms, pause }: Scheduling): Promise<number> {
  const began = performance.now()
  const until = began + ms
  let count = 0
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (performance.now() < until) {
      await peer.add(job)
      count++
      if (pause !== undefined) await pause()
    }
  }))
  return count / (performance.now() - began) * 1000
}

/** Jobs per second that one worker handles, from the first to the last; `ms` at most. */
export async function drain (peer: Peer, { jobs, fillMs, ms }: Omit<DrainCommand, 'do'>): Promise<number> {
  const queued = await fill(peer, { jobs, ms: fillMs })
  let first = 0
  return await new Promise<number>((resolve, reject) => {
    // A worker may keep the event loop to itself: the limit is looked at in the handler, not by a timer.
    const { handler } = counting(count => {
      const now = performance.now()
      if (count === 1) first = now
      if (count < queued && now - first < ms) return true
      resolve((count - 1) / (now - first) * 1000)
      return false
    })
    Promise.resolve(peer.work(handler)).catch(reject)
  })
}

async function fill (peer: Peer, { jobs, ms }: { jobs: number, ms: number }): Promise<number> {
  const until = performance.now() + ms
  let begun = 0
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (begun < jobs && performance.now() < until) {
      begun++
      await peer.add(job)
    }
  }))
  return begun
}

/** Jobs per second, added 64 at once and handled by one worker at the same time. */
export async function both (peer: Peer, { ms }: { ms: number }): Promise<Both> {
  const { handler, count, hold } = counting()
  await peer.work(handler)
  const began = performance.now()
  // Each job in a turn of its own, as requests come: where adding is no waiting, the worker would never have its turn.
  const scheduled = await schedule(peer, { inFlight: 64, ms, pause: async () => { await setImmediate() } })
  const handled = count() / (performance.now() - began) * 1000
  hold()
  return { scheduled, handled }
}

/** Milliseconds from each call that adds a job to the call of its handler, one at a time. */
export async function pickup (peer: Peer, { jobs, ms }: { jobs: number, ms: number }): Promise<number[]> {
  let begun = (): void => {}
  await peer.work(async () => { begun() })
  const took: number[] = []
  const until = performance.now() + ms
  while (took.length < jobs && performance.now() < until) {
    // The queue is idle, and the moments do not march in step with a poll.
    await setTimeout(2 + Math.random() * 5)
    const handled = new Promise<void>(resolve => { begun = resolve })
    const called = performance.now()
    await Promise.all([peer.add(job), handled.then(() => { took.push(performance.now() - called) })])
    await setImmediate()
  }
  return took
}
