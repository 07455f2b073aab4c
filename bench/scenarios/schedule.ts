import { blockLane, faces } from '../harness/requests.js'
import { figure, type Contender, type Context, type Figure, type Scenario } from '../harness/scenario.js'
import { withSteward } from '../harness/steward.js'
import { load, loadFigures } from '../harness/wrk.js'
import { bare, contendersOf, limit, peers, queueOfSteward } from './peers.js'

/** The load that every contender's server gets. A short one before it: what is measured is warm. */
async function loads (
  url: string, body: string, { quick, token }: Context & { token?: string | undefined }
): Promise<Figure[]> {
  await load({ url, body, token, connections: 64, seconds: 1 })
  const one = await load({ url, body, token, connections: 1, seconds: quick ? 1 : 2 })
  const many = await load({ url, body, token, connections: 64, seconds: quick ? 1 : 3 })
  return [...loadFigures('HTTP, 1 client', one), ...loadFigures('HTTP, 64 clients', many)]
}

/** @param withToken whether each request shows a token, as it must where others than this machine may ask */
function program (face: keyof typeof faces, withToken = false): Contender {
  return {
    name: `steward ${face}${withToken ? ', token' : ''}`,
    durability: 'WAL, synchronous=FULL',
    measure: async context => await withSteward(context.folder, async ({ url, createToken }) => {
      await blockLane(url)
      const token = withToken ? createToken() : undefined
      return await loads(url + faces[face].path, faces[face].body, { ...context, token })
    })
  }
}

async function inProcess (ask: Parameters<Parameters<typeof peers>[0]>[0]['ask'], { quick }: Context): Promise<Figure[]> {
  const ms = quick ? 300 : 700
  const one = await ask<number>({ do: 'schedule', inFlight: 1, ms })
  const many = await ask<number>({ do: 'schedule', inFlight: 64, ms })
  return [figure('in process, 1 in flight', '/s', one), figure('in process, 64 in flight', '/s', many)]
}

/** Scheduling while nothing runs. */
export const schedule: Scenario = {
  name: 'schedule',
  about: 'Scheduling while nothing is carried out: over HTTP, and, of those that can, in process.',
  contenders: [
    ...contendersOf([bare], async ({ ask }, context) => await loads(await ask({ do: 'serve', work: false }), faces.api.body, context)),
    program('api'),
    program('api', true),
    program('classic'),
    ...contendersOf([limit, queueOfSteward], async ({ ask }, context) => await inProcess(ask, context)),
    ...peers(async ({ ask }, context) => [
      ...await inProcess(ask, context),
      ...await loads(await ask({ do: 'serve', work: false }), faces.api.body, context)
    ])
  ]
}
