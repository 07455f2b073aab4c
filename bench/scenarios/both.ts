import { drainedPerSecond } from '../harness/database.js'
import { faces } from '../harness/requests.js'
import { figure, type Contender, type Context, type Figure, type Scenario } from '../harness/scenario.js'
import { withSteward } from '../harness/steward.js'
import { load, loadFigures } from '../harness/wrk.js'
import type { Both } from '../contenders/protocol.js'
import { bare, contendersOf, limit, peers, queueOfSteward } from './peers.js'

const name = 'HTTP, 64 clients'

async function loaded (url: string, body: string, { quick }: Context): Promise<Figure[]> {
  return loadFigures(name, await load({ url, body, connections: 64, seconds: quick ? 1 : 4, settle: true }))
}

const program: Contender = {
  name: 'steward api',
  durability: 'WAL, synchronous=FULL',
  async measure (context) {
    const { database, figures } = await withSteward(context.folder, async ({ url, database }) => {
      const { path, body } = faces.api
      return { database, figures: await loaded(url + path, body, context) }
    })
    return [...figures, figure('carried out meanwhile', '/s', drainedPerSecond(database))]
  }
}

async function overHttp (ask: Ask, context: Context): Promise<Figure[]> {
  const url = await ask<string>({ do: 'serve', work: true })
  const began = performance.now()
  const figures = await loaded(url, faces.api.body, context)
  const handled = await ask<number>({ do: 'handled' }) / (performance.now() - began) * 1000
  return [...figures, figure('carried out meanwhile', '/s', handled)]
}

type Ask = Parameters<Parameters<typeof peers>[0]>[0]['ask']

/** In a process of its own for each: what is left of the load over HTTP would be in the way. */
async function inProcess (ask: Ask, { quick }: Context): Promise<Figure[]> {
  const { scheduled, handled } = await ask<Both>({ do: 'both', ms: quick ? 500 : 2000 })
  return [figure('in process, scheduled', '/s', scheduled), figure('in process, carried out', '/s', handled)]
}

/** Scheduling and carrying out at the same time. */
export const both: Scenario = {
  name: 'both',
  about: 'Scheduling by 64 clients while one worker carries out what comes; the latency of scheduling meanwhile.',
  contenders: [
    ...contendersOf([bare], async ({ ask }, context) => {
      const url = await ask<string>({ do: 'serve', work: false })
      return await loaded(url, faces.api.body, context)
    }),
    program,
    ...contendersOf([limit, queueOfSteward], async ({ ask }, context) => await inProcess(ask, context)),
    ...peers(async ({ ask }, context) => await overHttp(ask, context))
  ]
}
