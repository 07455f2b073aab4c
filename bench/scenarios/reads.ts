import { holdWaiters } from '../harness/clients.js'
import { blockLane, cancelAction, faces, noop, scheduleAction, tagOf } from '../harness/requests.js'
import { figure, type Context, type Figure, type Scenario } from '../harness/scenario.js'
import { quantile } from '../harness/statistics.js'
import { withSteward } from '../harness/steward.js'
import { load, loadFigures } from '../harness/wrk.js'

const waiters = 1000

async function measure ({ folder, quick }: Context): Promise<Figure[]> {
  return await withSteward(folder, async ({ url }) => {
    const seconds = quick ? 1 : 3
    const blocker = await blockLane(url)
    const id = await scheduleAction(url, { kind: noop })
    await load({ url: url + faces.api.path, body: faces.api.body, connections: 64, seconds: 1 })
    const tag = await tagOf(url, id)
    const list = await load({ url: `${url}/api/v1/actions?limit=100`, connections: 64, seconds })
    const poll = await load({ url: `${url}/api/v1/actions/${id}`, ifNoneMatch: tag, connections: 64, seconds })
    const { answered } = await holdWaiters(url, { id, tag, count: waiters })
    const meanwhile = await load({ url: url + faces.api.path, body: faces.api.body, connections: 64, seconds })
    const cancelled = performance.now()
    await cancelAction(url, blocker)
    const took = (await answered).map(moment => moment - cancelled)
    return [
      ...loadFigures('list of 100, 64 clients', list),
      ...loadFigures('poll with ETag, 64 clients', poll),
      ...loadFigures('schedule beside 1,000 waiters, 64 clients', meanwhile),
      figure('1,000 waiters told, p50', 'ms', quantile(took, 0.5)),
      figure('1,000 waiters told, last', 'ms', Math.max(...took))
    ]
  })
}

/** What managers do all day. */
export const reads: Scenario = {
  name: 'reads',
  about: 'Listing, polling with an ETag (304), and a thousand long polls that end with one commit; told: from the call that ends the wait.',
  contenders: [{ name: 'steward', durability: 'WAL, synchronous=FULL', measure }]
}
