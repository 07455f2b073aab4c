import { done, failed } from '../../src/domain/kind.js'
import type { JsonValue } from '../../src/domain/json.js'
import type { ActionStore } from '../../src/domain/ports/store.js'
import { draft } from '../contracts/store-under-test.js'
import { cancelWish } from '../support/access.js'

/** Payloads as managers and kinds send them: large ones fill pages of their own. */
export const payloads: readonly JsonValue[] = [
  { text: 'x'.repeat(20_000) }, 'häß — 漢字 🐘 \u0000 "\\', { big: 9007199254740991, deep: [[[{}]]] }, ''
]

/**
 * Fills a new store with what an agent has after a while: finished actions of two protocols with their histories,
 * outcomes that are collected, a pruned edge, cancelled ones, one that runs, and some that wait.
 */
export async function fillStore (store: ActionStore, finished = 40): Promise<void> {
  for (let index = 0; index < finished; index++) {
    const payload = payloads[index % payloads.length] ?? null
    const { action } = await store.append(draft({
      args: { payload, index },
      headers: { trace: `t-${index}` },
      protocol: index % 3 === 0 ? 'activeworkflow' : 'api',
      collector: index % 3 === 0 ? 'agent-7' : null
    }))
    if (index % 5 === 4) {
      await store.requestCancel(action.id, cancelWish())
      continue
    }
    await store.claim('main')
    await store.progress(action.seq, { percent: 50, payload })
    await store.settle(action.seq, index % 2 === 0 ? done(payload) : failed('It did not work.', { layers: ['because'] }))
  }
  await store.prune({ keep: finished - 5, before: Date.now() + 1000 })
  for (const lane of ['main', 'main', 'main', 'other']) await store.append(draft({ lane, args: { lane } }))
  await store.claim('main')
}

/** Everything that a store tells, by what was asked. */
export type Told = ReadonlyMap<string, string>

/** How each question is asked. */
type Questions = ReadonlyMap<string, () => unknown>

/** All questions about a store that has these actions. */
export function questionsOf (store: ActionStore, ids: readonly string[]): Questions {
  const page = { order: 'asc', limit: 1000 } as const
  return new Map<string, () => unknown>([
    ['running', () => store.running()],
    ['lanes', () => store.lanes()],
    ['all', () => store.page({ ...page, filter: {} }).items],
    ['done', () => store.page({ ...page, filter: { states: ['DONE'] } }).items],
    ['failures', () => store.pageWithFailures({ ...page, filter: { states: ['FAILED'] } }).items],
    ['waiting', () => store.page({ ...page, filter: { states: ['NEW'], protocols: ['api'] } }).items],
    ['events', () => store.eventsAfter(0, 1000)],
    ['outcomes', () => store.outcomes({ collector: 'agent-7', after: null, limit: 1000 })],
    ...ids.flatMap(id => [
      [`action ${id}`, () => store.get(id)],
      [`history ${id}`, () => { const action = store.get(id); return action === null ? null : store.history(action.seq) }]
    ] as const)
  ])
}

/** What the store answers to every question; a question that it refuses has no answer. */
export function ask (questions: Questions, isRefusal: (error: unknown) => boolean = () => false): Told {
  const told = new Map<string, string>()
  for (const [question, answer] of questions) {
    try {
      told.set(question, JSON.stringify(answer()))
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
  }
  return told
}

/** The ids of all actions that a store has. */
export function idsIn (store: ActionStore): string[] {
  return store.page({ filter: {}, order: 'asc', limit: 1000 }).items.map(({ id }) => id)
}
