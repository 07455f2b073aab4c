import type { Test } from 'tap'
import type { JsonValue } from '../../src/domain/json.js'
import type { Outcome } from '../../src/domain/kind.js'
import { isFinal, type ActionState } from '../../src/domain/lifecycle.js'
import type { Scheduler } from '../../src/domain/ports/scheduler.js'
import type { ProblemCategory } from '../../src/domain/problem.js'
import type { Engine, EngineOptions } from '../support/engine.js'

/** What a protocol may have no words for. It says so, so that nothing is passed over in silence. */
export const abilities = {
  'own-id': 'the caller may give an action its id',
  conflict: 'a conflict is told from a request that is wrong',
  'get-unfinished': 'an action can be looked up before it has ended',
  trace: 'a request can belong to a trace',
  history: 'the history of an action can be seen',
  list: 'what waits and runs, and what has ended, can be listed',
  cancel: 'an action can be cancelled'
} as const

/** One of the abilities. */
export type Ability = keyof typeof abilities

/** An action that is asked for, in our words. */
export interface FaceRequest {
  readonly kind: string
  readonly args?: JsonValue
  /**
   * A UUID by which the caller marks the repetitions of a request: the action's id where the protocol has `own-id`,
   * else whatever it has for this. Absent: a request like no other.
   */
  readonly key?: string
  /** When the caller made it: RFC 3339 in UTC. */
  readonly createdAt?: string
  /** The trace that it belongs to, as W3C Trace Context writes it. */
  readonly trace?: { readonly traceparent: string, readonly tracestate: string }
}

/** What a protocol answered, in our words: an id, or the category of its refusal. */
export type Answer = { readonly id: string } | { readonly refused: ProblemCategory }

/** An action as a protocol shows it. */
export interface Shown {
  readonly state: ActionState
  readonly payload: JsonValue
  /** States of the history, oldest first; null where the protocol lacks `history`. */
  readonly history: readonly ActionState[] | null
}

/** A protocol that is open on an engine: each function speaks the protocol's own language to it. */
export interface ProtocolFace {
  readonly engine: Engine
  schedule (request: FaceRequest): Promise<Answer>
  /** Null when there is no such action, or none that can be seen yet. */
  get (id: string): Promise<Shown | null>
  cancel? (id: string): Promise<Answer>
  /** Ids of what waits or runs, and of what is finished, in whatever order the protocol has. */
  list? (): Promise<{ readonly queue: readonly string[], readonly finished: readonly string[] }>
}

/** How the engine behind a protocol differs from the usual one. */
export interface FaceOptions extends EngineOptions {
  /** Puts something between the protocol and the scheduler. */
  readonly wrap?: (scheduler: Scheduler) => Scheduler
}

/** A protocol to be told the story. */
export interface ProtocolAdapter {
  /** The name under which its actions are recorded. */
  readonly name: string
  readonly lacks: readonly Ability[]
  /** What the same request under the same key comes to: its action again, or a refusal. */
  readonly repetition: 'same' | 'refused'
  /** Everything is closed at the end of the test. The executor is not started. */
  open (t: Test, options: FaceOptions): Promise<ProtocolFace>
}

/** The kind that does what its arguments say. */
export const script = 'agent.steward/test.script'

/** Whether a protocol has words for something. */
export function has ({ lacks }: Pick<ProtocolAdapter, 'lacks'>, ability: Ability): boolean {
  return !lacks.includes(ability)
}

/** The answer by which a protocol refuses, as far as it has words for it. */
export function refusal (adapter: ProtocolAdapter, refused: ProblemCategory): Answer {
  return { refused: refused === 'conflict' && !has(adapter, 'conflict') ? 'invalid' : refused }
}

/** What a protocol shows of an action, as far as it has words for it. */
export function shown (
  adapter: ProtocolAdapter, { state, payload, history }: Shown & { readonly history: readonly ActionState[] }
): Shown | null {
  if (!isFinal(state) && !has(adapter, 'get-unfinished')) return null
  return { state, payload, history: has(adapter, 'history') ? history : null }
}

/** The id in an answer; throws when the answer is a refusal. */
export function idOf (answer: Answer): string {
  if ('id' in answer) return answer.id
  throw new Error(`refused: ${answer.refused}`)
}

/** Ends what waits longest, in place of the executor. */
export async function endNext ({ engine: { store } }: ProtocolFace, outcome: Outcome): Promise<void> {
  const action = await store.claim('main')
  if (action === null) throw new Error('nothing waits, or something runs')
  await store.settle(action.seq, outcome)
}

/** Ids of all that is in the store, in the order of scheduling. */
export function storedIds ({ store }: Pick<Engine, 'store'>): string[] {
  return store.page({ filter: {}, order: 'asc', limit: 1000 }).items.map(({ id }) => id)
}

/** What is in the store, in short, and without what differs from run to run. */
export function rows ({ engine }: ProtocolFace) {
  return storedIds(engine).map(id => {
    const { seq, kind, state, args, lane, principal, protocol } = engine.scheduler.get(id)
    const history = engine.store.history(seq).map(({ state, payload }) => [state, payload])
    return { kind, state, args, lane, principal, protocol, history }
  })
}
