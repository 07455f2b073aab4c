import { join } from 'node:path'
import type { OpenPeer } from './peer.js'

/** Imports the compiled product: what is measured is what is shipped. */
async function built<T> (path: string): Promise<T> {
  return await import(new URL(`../../dist/${path}.js`, import.meta.url).href) as T
}

/**
 * Steward's queue without its HTTP server: store, scheduler and executor with metrics, put together as `agent.ts` does,
 * with a kind whose run is the handler. It has no other durability than the one it ships with.
 */
export const open: OpenPeer = async ({ folder }) => {
  const { openStore } = await built<typeof import('../../src/store/store.js')>('store/store')
  const { createScheduler } = await built<typeof import('../../src/scheduler/scheduler.js')>('scheduler/scheduler')
  const { createRegistry } = await built<typeof import('../../src/kinds/registry.js')>('kinds/registry')
  const { Executor } = await built<typeof import('../../src/executor/executor.js')>('executor/executor')
  const { createMetrics } = await built<typeof import('../../src/telemetry/metrics.js')>('telemetry/metrics')
  const { everyObserver } = await built<typeof import('../../src/domain/ports/observer.js')>('domain/ports/observer')
  const { systemClock: clock } = await built<typeof import('../../src/domain/clock.js')>('domain/clock')
  const { silentLogger: log } = await built<typeof import('../../src/domain/log.js')>('domain/log')
  const { createIdSource } = await built<typeof import('../../src/ids.js')>('ids')

  let handle = async (): Promise<void> => {}
  const noop = {
    ...{ kind: 'agent.replicante.io/debug.success', summary: 'Call the handler.', args: {}, timeoutMs: null },
    onInterrupt: 'resume' as const,
    async run () {
      await handle()
      return { state: 'DONE' as const }
    }
  }
  const observers: Parameters<typeof everyObserver>[0][number][] = []
  const observer = everyObserver(observers)
  const store = openStore({ path: join(folder, 'steward.db'), clock, queueLimit: 1_000_000, observer })
  const queue = () => ({ lanes: store.lanes(), oldestWaiting: store.oldestWaiting() })
  observers.push(createMetrics({ clock, version: 'bench', queue }).observer)
  const registry = createRegistry([noop])
  const scheduler = createScheduler({ store, registry, newId: createIdSource(), disabled: null })
  const executor = new Executor({
    ...{ store, kinds: registry, log, observer }, maxLanes: 16, payloadLimit: 1_048_576, graceMs: 0
  })
  return {
    add: async ({ kind, args }) =>
      await scheduler.schedule({ kind, args: args as Record<string, never>, principal: 'local', protocol: 'api', remoteAddress: '127.0.0.1' }),
    work: async handler => {
      handle = handler
      await executor.recover()
      await executor.start()
    },
    close: () => { store.close() }
  }
}
