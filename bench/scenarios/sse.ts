import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openWatchers } from '../harness/clients.js'
import { drainedPerSecond, lastTransition, unfinished } from '../harness/database.js'
import { blockLane, cancelAction, faces } from '../harness/requests.js'
import { figure, type Context, type Figure, type Scenario } from '../harness/scenario.js'
import { databaseIn, withSteward } from '../harness/steward.js'

const watcherCount = 200
const patienceMs = 60_000

async function measure ({ folder, quick }: Context): Promise<Figure[]> {
  mkdirSync(dirname(databaseIn(folder)))
  return await withSteward(folder, async ({ url, database }) => {
    const blocker = await blockLane(url)
    await queue(url, quick ? 500 : 5000)
    const watchers = await openWatchers(url, watcherCount)
    const before = lastTransition(database)
    const began = performance.now()
    await cancelAction(url, blocker)
    while (unfinished(database) > 0) await setTimeout(50)
    const expected = lastTransition(database) - before
    const waiting = (): boolean => watchers.some(({ events }) => events() < expected)
    while (waiting() && performance.now() - began < patienceMs) await setTimeout(10)
    const took = (performance.now() - began) / 1000
    const delivered = watchers.reduce((sum, { events }) => sum + events(), 0)
    for (const { close } of watchers) close()
    return [
      figure('events delivered', '/s', delivered / took),
      figure('events lost', 'count', expected * watcherCount - delivered),
      figure('carried out meanwhile', '/s', drainedPerSecond(database, before))
    ]
  })
}

async function queue (url: string, count: number): Promise<void> {
  const { path, body } = faces.api
  let left = count
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (left-- > 0) {
      const response = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      await response.arrayBuffer()
    }
  }))
}

/** Telling everybody everything. */
export const sse: Scenario = {
  name: 'sse',
  about: '200 watchers of the event stream while a backlog drains. The watchers share the machine with the agent.',
  contenders: [{ name: 'steward', durability: 'WAL, synchronous=FULL', measure }]
}
