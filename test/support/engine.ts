import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { mainLane, type Action } from '../../src/domain/action.js'
import type { Clock } from '../../src/domain/clock.js'
import { systemClock } from '../../src/domain/clock.js'
import type { ActionKind } from '../../src/domain/kind.js'
import { silentLogger, type Logger } from '../../src/domain/log.js'
import { everyObserver, type Observer } from '../../src/domain/ports/observer.js'
import type { ScheduleRequest } from '../../src/domain/ports/scheduler.js'
import { Executor } from '../../src/executor/executor.js'
import { builtInKinds } from '../../src/kinds/index.js'
import { createRegistry } from '../../src/kinds/registry.js'
import { createScheduler, type RunningScheduler } from '../../src/scheduler/scheduler.js'
import { openStore, type SqliteStore, type StoreOptions } from '../../src/store/store.js'
import { someCaller } from './access.js'

/** What a test needs of tap's `t`. */
export interface Teardown {
  teardown (end: () => void | Promise<void>): void
}

/** A new folder under the system's temporary one, removed at the end of the test. */
export function temporaryFolder (t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'steward-test-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  return folder
}

/** How an engine differs from the usual one. */
export interface EngineOptions extends Partial<Pick<StoreOptions, 'queueLimit' | 'observer' | 'onFatal' | 'migrations'>> {
  readonly path?: string
  readonly clock?: Clock
  readonly kinds?: readonly ActionKind[]
  readonly maxLanes?: number
  readonly payloadLimit?: number
  readonly graceMs?: number
  readonly stuckAfterMs?: number
  readonly log?: Logger
  readonly disabled?: string | null
}

/** The real store, scheduler and executor on a database file. */
export interface Engine {
  readonly path: string
  readonly store: SqliteStore
  readonly scheduler: RunningScheduler
  readonly executor: Executor
  /** Recovers and starts the executor, as the program does. */
  run (): Promise<void>
  /** Schedules with the fields that a test does not care about filled in. */
  schedule (kind: string, request?: Partial<ScheduleRequest>): Promise<Action>
  /** Resolves when the action is final. */
  finished (id: string): Promise<Action>
  /** Closes the database without ending what runs: what a dead process leaves. */
  crash (): void
  /** Ends everything in order. */
  stop (): Promise<void>
}

/** Opens an engine that is stopped at the end of the test. The executor is not started. */
export function openEngine (t: Teardown, options: EngineOptions = {}): Engine {
  const { clock = systemClock, log = silentLogger, kinds = [] } = options
  const { maxLanes = 16, payloadLimit = 1024 * 1024, graceMs = 1000, stuckAfterMs = 10_000 } = options
  const path = options.path ?? join(temporaryFolder(t), 'steward.db')
  const observer: Required<Observer> = everyObserver(options.observer === undefined ? [] : [options.observer])
  const { queueLimit = 100_000, onFatal, migrations } = options
  const store = openStore({
    ...{ path, clock, queueLimit, observer },
    ...(onFatal === undefined ? {} : { onFatal }),
    ...(migrations === undefined ? {} : { migrations })
  })
  const registry = createRegistry([...builtInKinds({ clock }), ...kinds])
  const scheduler = createScheduler({ store, registry, newId: v7, disabled: options.disabled ?? null })
  const executor = new Executor({
    ...{ store, kinds: registry, log, observer, maxLanes, payloadLimit, graceMs, stuckAfterMs }
  })
  let crashed = false
  const stop = async (): Promise<void> => {
    // Runs that were left behind by a crash wait for a test that has ended.
    if (!crashed) await executor.stop()
    store.close()
  }
  t.teardown(stop)
  return {
    path,
    store,
    scheduler,
    executor,
    stop,
    run: async () => {
      await executor.recover()
      await executor.start()
    },
    crash: () => {
      crashed = true
      store.close()
    },
    finished: async id => await scheduler.outcome(id, new AbortController().signal),
    schedule: async (kind, request = {}) => {
      const { action } = await scheduler.schedule({ kind, ...someCaller, protocol: 'test', lane: mainLane, ...request })
      return action
    }
  }
}
