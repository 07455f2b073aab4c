import { Registry } from 'prom-client'
import type { Action } from '../../domain/action.js'
import { isFinal } from '../../domain/lifecycle.js'
import type { ActionState } from '../../domain/lifecycle.js'
import type { Observer } from '../../domain/ports/observer.js'
import { createCounter, createHistogram } from '../../tally.js'

/** The metrics that classic agents have, under their names. Durations are in seconds. */
export interface ClassicMetrics {
  readonly observer: Observer
  readonly contentType: string
  text (): Promise<string>
}

/** Makes the dialect's metrics, in a registry of their own. They count the work of every protocol. */
export function createClassicMetrics (): ClassicMetrics {
  const registry = new Registry()
  const registers = [registry]
  const actions = createCounter({
    name: 'repliagent_action_total',
    help: 'Number of actions invoked',
    labelNames: ['action'],
    registers
  })
  const duration = createHistogram({
    name: 'repliagent_action_duration',
    help: 'Duration (in seconds) of an action invocation',
    labelNames: ['action'],
    registers
  })
  const errors = createCounter({
    name: 'repliagent_action_errors',
    help: 'Number of actions that errored while being invoked',
    labelNames: ['action'],
    registers
  })
  const pruneDuration = createHistogram({
    name: 'repliagent_action_prune_duration',
    help: 'Duration (in seconds) of actions DB pruning',
    registers
  }).labels()
  const operations = createCounter({
    name: 'repliagent_sqlite_operations',
    help: 'Number of SQLite operations issued',
    labelNames: ['operation'],
    registers
  })
  const operationDuration = createHistogram({
    name: 'repliagent_sqlite_operations_duration',
    help: 'Duration (in seconds) of SQLite operations',
    labelNames: ['operation'],
    registers
  })
  const operationErrors = createCounter({
    name: 'repliagent_sqlite_operation_errors',
    help: 'Number of SQLite operations failed',
    labelNames: ['operation'],
    registers
  })

  const moved = ({ kind, state, startedAt, finishedAt }: Action, from: ActionState | null): void => {
    // Progress is a move to RUNNING too: only the first one is an invocation.
    if (state === 'RUNNING' && from === 'NEW') actions.labels(kind).inc()
    if (!isFinal(state)) return
    // Not what was cancelled while it waited: that was never invoked.
    if (state === 'FAILED' && from !== 'NEW') errors.labels(kind).inc()
    if (startedAt !== null && finishedAt !== null) duration.labels(kind).observe((finishedAt - startedAt) / 1000)
  }

  const observer: Observer = {
    committed: effects => {
      for (const effect of effects) if (effect.type === 'transition') moved(effect.action, effect.from)
    },
    operation: ({ name, ms, ok }) => {
      operations.labels(name).inc()
      operationDuration.labels(name).observe(ms / 1000)
      if (!ok) operationErrors.labels(name).inc()
    },
    pruned: ({ ms }) => { pruneDuration.observe(ms / 1000) }
  }
  return { observer, contentType: registry.contentType, text: () => registry.metrics() }
}
