import { v7 } from 'uuid'
import type { Clock } from '../../../src/domain/clock.js'
import { systemClock } from '../../../src/domain/clock.js'
import type { JsonObject } from '../../../src/domain/json.js'
import type { Action } from '../../../src/domain/action.js'
import type { Outcome } from '../../../src/domain/kind.js'
import { createActiveWorkflow } from '../../../src/protocols/activeworkflow/protocol.js'
import { createClientAgent, postInto } from '../../support/activeworkflow-client.js'
import type { Teardown } from '../../support/engine.js'
import { openHttpApp, type HttpAppOptions } from '../../support/http-app.js'

/** A kind that takes `count`, from 1 to 1,000. */
export const ping = 'agent.replicante.io/test.ping'

/** A kind that takes anything, and succeeds. */
export const success = 'agent.replicante.io/debug.success'

/** A kind that follows a script in its argument `steps`. */
export const script = 'agent.steward/test.script'

interface WorldOptions extends Omit<HttpAppOptions, 'protocols'> {
  readonly clock?: Clock
}

/** How an agent differs from one of the type of all kinds, without options. */
type AgentParts = Omit<Parameters<typeof createClientAgent>[0], 'post'>

/** The protocol in the real HTTP server, over the real scheduler and a store on disk. No executor runs at first. */
export async function openWorld (t: Teardown, { clock = systemClock, ...options }: WorldOptions = {}) {
  const app = await openHttpApp(t, {
    ...options,
    engine: { clock, ...options.engine },
    protocols: ({ scheduler, access }) => [createActiveWorkflow({ scheduler, access, clock, newId: v7 })]
  })
  const { engine: { store, executor } } = app
  const post = postInto(app.app)

  const claim = async (): Promise<Action> => {
    const action = await store.claim('main')
    if (action === null) throw new Error('nothing waits, or something runs')
    return action
  }

  return {
    ...app,
    store,
    /** Posts as the real client does; for bodies that it would not send. */
    raw: post,
    agent: (options: JsonObject = {}, more: AgentParts = {}) => createClientAgent({ post, options, ...more }),
    /** Everything in the queue and finished, oldest first, in full. */
    actions: (): Action[] => store.page({ filter: {}, order: 'asc', limit: 1000 }).items.flatMap(({ id }) => store.get(id) ?? []),
    claim,
    /** Starts the oldest waiting action, and ends it. */
    finish: async (outcome: Outcome = { state: 'DONE' }): Promise<Action> => await store.settle((await claim()).seq, outcome),
    /** Lets the actions run. */
    run: async () => { await executor.start() }
  }
}
