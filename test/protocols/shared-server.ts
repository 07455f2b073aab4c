import { systemClock, type Clock } from '../../src/domain/clock.js'
import type { Scheduler } from '../../src/domain/ports/scheduler.js'
import type { FaceOptions } from '../contracts/protocol-face.js'
import { openEngine, type Engine, type Teardown } from '../support/engine.js'
import { openHttpApp, type HttpApp } from '../support/http-app.js'
import { everyHttpProtocol } from '../support/protocols.js'

/** A server with every protocol over HTTP in it, for one engine after the other. */
export interface SharedServer extends Pick<HttpApp, 'get' | 'post'> {
  /** Opens an engine, and lets the server work with it until the next is opened. Closed at the end of the test. */
  readonly use: (t: Teardown, options: FaceOptions) => Engine
}

/** Opens the server, closed at the end of `t`. To build it takes ten times as long as to tell most stories. */
export async function openSharedServer (t: Teardown): Promise<SharedServer> {
  let clock: Clock = systemClock
  let current: Scheduler | null = null
  const { get, post } = await openHttpApp(t, {
    config: { docs: false },
    wrap: first => new Proxy(first, { get: (_, name) => Reflect.get(current ?? first, name) as unknown }),
    protocols: parts => everyHttpProtocol({ ...parts, clock: { now: () => clock.now() } })
  })
  return {
    get,
    post,
    use (t, { wrap, ...options }) {
      const engine = openEngine(t, options)
      current = wrap?.(engine.scheduler) ?? engine.scheduler
      clock = options.clock ?? systemClock
      return engine
    }
  }
}
