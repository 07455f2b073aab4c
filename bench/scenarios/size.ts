import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { drainedPerSecond, lastTransition } from '../harness/database.js'
import { fillDatabase, type Content } from '../harness/fill.js'
import { residentMegabytes } from '../harness/process.js'
import { cancelAction, faces, noop } from '../harness/requests.js'
import { figure, type Contender, type Context, type Figure, type Scenario } from '../harness/scenario.js'
import { median } from '../harness/statistics.js'
import { databaseIn, withSteward } from '../harness/steward.js'
import { load, loadFigures } from '../harness/wrk.js'

/** What is compared, by name. Pages are compared with those of the small one: an empty one has none. */
const contents: Record<string, Content> = {
  empty: { finished: 0, queued: 0 },
  small: { finished: 20_000, queued: 500 },
  full: { finished: 1_000_000, queued: 100_000 }
}

/** The lists, from both ends. The classic ones have one end each. */
export const pages: Readonly<Record<string, string>> = {
  'page: all, newest': '/api/v1/actions?limit=100',
  'page: all, oldest': '/api/v1/actions?limit=100&order=asc',
  'page: failed, newest': '/api/v1/actions?limit=100&state=FAILED',
  'page: failed, oldest': '/api/v1/actions?limit=100&state=FAILED&order=asc',
  'page: queue, newest': '/api/v1/actions?limit=100&state=NEW',
  'page: queue, oldest': '/api/v1/actions?limit=100&state=NEW&order=asc',
  'page: of a kind': `/api/v1/actions?limit=100&kind=${encodeURIComponent(noop)}`,
  'page: classic, finished': '/api/unstable/actions/finished',
  'page: classic, queue': '/api/unstable/actions/queue'
}

async function prepare ({ shared, quick }: Context): Promise<void> {
  for (const [name, { finished, queued }] of Object.entries(contents)) {
    const scale = quick && name === 'full' ? 0.05 : 1
    fillDatabase(join(shared, `${name}.db`), { finished: finished * scale, queued: queued * scale })
  }
}

/** Milliseconds that one page takes, in the middle of a number of tries. */
async function pageMs (url: string): Promise<number> {
  const took: number[] = []
  for (let index = 0; index < 50; index++) {
    const began = performance.now()
    const response = await fetch(url)
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`${url} answered ${response.status}`)
    took.push(performance.now() - began)
  }
  return median(took)
}

function contender (name: string): Contender {
  return {
    name: `steward ${name}`,
    durability: 'WAL, synchronous=FULL',
    async measure ({ folder, shared, quick }) {
      mkdirSync(dirname(databaseIn(folder)))
      copyFileSync(join(shared, `${name}.db`), databaseIn(folder))
      return await withSteward(folder, async ({ url, pid, database, startMs }) => {
        await setTimeout(quick ? 200 : 2000)
        const memory = residentMegabytes(pid)
        const figures = [figure('start to first answer', 'ms', startMs), figure('memory (RSS), idle', 'MB', memory)]
        for (const [page, at] of Object.entries(pages)) figures.push(figure(page, 'ms', await pageMs(url + at)))
        const { path, body } = faces.api
        const scheduled = await load({ url: url + path, body, connections: 64, seconds: quick ? 1 : 4 })
        const drained = await drainFor({ url, database, ms: quick ? 500 : 4000 })
        return [...figures, ...loadFigures('schedule, 64 clients', scheduled), drained]
      })
    }
  }
}

/** Lets the lane go, and sees how far it comes. */
async function drainFor ({ url, database, ms }: { url: string, database: string, ms: number }): Promise<Figure> {
  const before = lastTransition(database)
  const response = await fetch(`${url}/api/v1/actions?state=RUNNING`)
  const { actions: [blocker] } = await response.json() as { actions: Array<{ id: string }> }
  if (blocker === undefined) throw new Error('nothing runs')
  await cancelAction(url, blocker.id)
  await setTimeout(ms)
  return figure('drain', '/s', drainedPerSecond(database, before))
}

/** Whether it matters how much there is. */
export const size: Scenario = {
  name: 'size',
  about: 'The same with an empty database, a small one (20,000 finished, 500 queued) and a full one (1,000,000 finished, 100,000 queued).',
  prepare,
  contenders: Object.keys(contents).map(contender)
}
