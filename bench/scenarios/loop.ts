import { setTimeout } from 'node:timers/promises'
import { drainedPerSecond, unfinished } from '../harness/database.js'
import { blockLane, cancelAction, faces } from '../harness/requests.js'
import { figure, type Context, type Figure, type Scenario } from '../harness/scenario.js'
import { quantile } from '../harness/statistics.js'
import { withSteward } from '../harness/steward.js'
import { load } from '../harness/wrk.js'

/** Asks for `/livez` again and again, and gives the milliseconds that each answer took. */
async function probe (url: string, over: () => boolean): Promise<number[]> {
  const took: number[] = []
  while (!over()) {
    const began = performance.now()
    await (await fetch(`${url}/livez`)).arrayBuffer()
    took.push(performance.now() - began)
  }
  return took
}

function figures (name: string, took: readonly number[]): Figure[] {
  return [figure(`${name}, p50`, 'ms', quantile(took, 0.5)), figure(`${name}, p99`, 'ms', quantile(took, 0.99))]
}

async function measure ({ folder, quick }: Context): Promise<Figure[]> {
  return await withSteward(folder, async ({ url, database }) => {
    const blocker = await blockLane(url)
    await load({ url: url + faces.api.path, body: faces.api.body, connections: 64, seconds: quick ? 1 : 2 })
    const until = performance.now() + (quick ? 500 : 3000)
    const idle = await probe(url, () => performance.now() > until)
    await cancelAction(url, blocker)
    let drained = false
    const draining = (async () => {
      while (unfinished(database) > 0) await setTimeout(250)
      drained = true
    })()
    const busy = await probe(url, () => drained)
    await draining
    return [...figures('/livez idle', idle), ...figures('/livez draining', busy), figure('carried out meanwhile', '/s', drainedPerSecond(database))]
  })
}

/** Whether the agent answers while it works. */
export const loop: Scenario = {
  name: 'loop',
  about: 'How long /livez takes while nothing runs, and while a backlog of no-op actions drains.',
  contenders: [{ name: 'steward', durability: 'WAL, synchronous=FULL', measure }]
}
