import type { Registry } from 'prom-client'
import type { Action } from '../domain/action.js'
import type { Instant } from '../domain/clock.js'
import { isJsonObject } from '../domain/json.js'
import { actionStates, isFinal } from '../domain/lifecycle.js'
import type { ActionState } from '../domain/lifecycle.js'
import type { Effect } from '../domain/ports/store.js'
import { createCounter, createHistogram, type Count, type Counter, type Distribution, type Histogram } from '../tally.js'
import { createLastSuccesses } from './last-successes.js'

/** From no-ops to work of half a day, in seconds. */
const workBuckets = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43200]

/** The children of one kind, looked up once: this runs for every transition. */
interface KindMetrics {
  readonly entered: Readonly<Record<ActionState, Count>>
  readonly progress: Count
  readonly cancels: Count
  readonly wait: Distribution
  readonly run: Distribution
}

/** The metrics of actions. */
export interface ActionMetrics {
  /** Counts actions as commits tell of them. */
  committed (effects: readonly Effect[]): void
  /** Takes what was known of successes when the process began. Kinds that the agent does not have are left out. */
  recall (lastSuccesses: ReadonlyMap<string, Instant>): void
}

/**
 * Makes the metrics of actions. Counts of `kinds` are there as 0 from the beginning: Prometheus sees no increase in a
 * series that begins with its first event.
 */
export function createActionMetrics (registry: Registry, kinds: readonly string[]): ActionMetrics {
  const { metricsOf, failed, expect } = createInstruments(registry)
  const { succeeded } = createLastSuccesses(registry)
  kinds.forEach(expect)

  const moved = (action: Action, from: ActionState | null): void => {
    const metrics = metricsOf(action.kind)
    if (from === action.state) return metrics.progress.inc()
    const { startedAt, scheduledAt, finishedAt, cancelRequestedAt } = action
    metrics.entered[action.state].inc()
    if (action.state === 'RUNNING' && startedAt !== null) metrics.wait.observe((startedAt - scheduledAt) / 1000)
    if (!isFinal(action.state)) return
    if (action.state === 'FAILED') failed(action.kind, reasonOf(action))
    else if (finishedAt !== null) succeeded(action.kind, finishedAt)
    if (startedAt !== null && finishedAt !== null) metrics.run.observe((finishedAt - startedAt) / 1000)
    // The cancel of a waiting action is its failure: no effect of its own tells of it.
    else if (cancelRequestedAt !== null) metrics.cancels.inc()
  }

  return {
    committed (effects) {
      for (const effect of effects) {
        if (effect.type === 'transition') moved(effect.action, effect.from)
        else if (effect.type === 'payload') metricsOf(effect.action.kind).progress.inc()
        else metricsOf(effect.action.kind).cancels.inc()
      }
    },
    recall (lastSuccesses) {
      for (const [kind, at] of lastSuccesses) if (kinds.includes(kind)) succeeded(kind, at)
    }
  }
}

interface Instruments {
  metricsOf (kind: string): KindMetrics
  failed (kind: string, reason: string): void
  /** Shows the counts of a kind of which nothing has been heard yet. */
  expect (kind: string): void
}

function createInstruments (registry: Registry): Instruments {
  const registers = [registry]
  const counter = (name: string, help: string, labelNames: readonly string[]): Counter => {
    return createCounter({ name, help, labelNames, registers })
  }
  const histogram = (name: string, help: string): Histogram => {
    return createHistogram({ name, help, labelNames: ['kind'], buckets: workBuckets, registers })
  }
  const actions = counter('steward_actions_total', 'Actions that entered a state, by kind and state.', ['kind', 'state'])
  const failures = counter('steward_action_failures_total', 'Actions that failed, by kind and reason.', ['kind', 'reason'])
  const progress = counter('steward_action_progress_total', 'Progress that running actions recorded, by kind.', ['kind'])
  const cancels = counter('steward_cancel_requests_total', 'Cancels that were recorded, by kind.', ['kind'])
  const wait = histogram('steward_action_wait_seconds', 'From scheduling to the first start, by kind.')
  const run = histogram('steward_action_run_seconds', 'From the first start to the end, by kind.')
  const byKind = new Map<string, KindMetrics>()

  const make = (kind: string): KindMetrics => {
    const entered = Object.fromEntries(actionStates.map(state => [state, actions.labels(kind, state)]))
    return {
      entered: entered as KindMetrics['entered'],
      progress: progress.labels(kind),
      cancels: cancels.labels(kind),
      wait: wait.labels(kind),
      run: run.labels(kind)
    }
  }
  return {
    expect (kind) {
      for (const state of actionStates) actions.labels(kind, state)
      for (const reason of reasons) failures.labels(kind, reason)
    },
    failed: (kind, reason) => { failures.labels(kind, reason).inc() },
    metricsOf (kind) {
      const known = byKind.get(kind)
      if (known !== undefined) return known
      const made = make(kind)
      byKind.set(kind, made)
      return made
    }
  }
}

const reasons = ['error', 'timeout', 'cancelled', 'interrupted', 'unavailable']

function reasonOf ({ statePayload }: Action): string {
  const reason = isJsonObject(statePayload) ? statePayload['reason'] : undefined
  return typeof reason === 'string' && reasons.includes(reason) ? reason : 'error'
}
