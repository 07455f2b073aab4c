import { setTimeout } from 'node:timers/promises'
import { holdWaiters, openWatchers } from '../harness/clients.js'
import { cpuSeconds, residentMegabytes } from '../harness/process.js'
import { blockLane, tagOf } from '../harness/requests.js'
import { figure, type Context, type Figure, type Scenario } from '../harness/scenario.js'
import { withSteward } from '../harness/steward.js'

async function measure ({ folder, quick }: Context): Promise<Figure[]> {
  return await withSteward(folder, async ({ url, pid }) => {
    const seconds = quick ? 3 : 20
    const id = await blockLane(url)
    const watchers = await openWatchers(url, 200)
    const { answered } = await holdWaiters(url, { id, tag: await tagOf(url, id), count: 1000 })
    // What it took to open them all is over.
    await setTimeout(2000)
    const before = cpuSeconds(pid)
    await setTimeout(seconds * 1000)
    const used = cpuSeconds(pid) - before
    const memory = residentMegabytes(pid)
    for (const { close } of watchers) close()
    answered.catch(() => {})
    return [figure('processor, of one core', '%', used / seconds * 100), figure('memory (RSS)', 'MB', memory)]
  })
}

/** What being waited for costs. */
export const idle: Scenario = {
  name: 'idle',
  about: 'Nothing happens; 1,000 long polls and 200 event streams are open.',
  contenders: [{ name: 'steward', durability: 'WAL, synchronous=FULL', measure }]
}
