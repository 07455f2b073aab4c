import { mainLane } from '../domain/action.js'
import type { LaneDepth } from '../domain/ports/store.js'

/** Where lanes go that came after the limit was reached. */
const otherLanes = 'other'

/**
 * Keeps the number of lane labels bounded for the life of the process: lanes may be named after containers, which come
 * and go. The main lane and the first others ever seen, `limit` in all, keep a label of their own, at zero when
 * they are empty; the rest is summed up as `other`.
 */
export function createLaneLabels (limit: number): (lanes: readonly LaneDepth[]) => Iterable<LaneDepth> {
  const known = new Set([mainLane])
  return lanes => {
    for (const { lane } of lanes) if (known.size < limit) known.add(lane)
    const sums = new Map<string, LaneDepth>()
    for (const lane of known) sums.set(lane, { lane, waiting: 0, running: 0 })
    for (const { lane: name, waiting, running } of lanes) {
      const lane = known.has(name) ? name : otherLanes
      const sum = sums.get(lane)
      sums.set(lane, { lane, waiting: waiting + (sum?.waiting ?? 0), running: running + (sum?.running ?? 0) })
    }
    return sums.values()
  }
}
