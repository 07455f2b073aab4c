import type { JsonObject, JsonValue } from '../../../src/domain/json.js'
import type { ActionState } from '../../../src/domain/lifecycle.js'
import { createAgentClient, type ActionView, type EventView, type TransitionView } from '../../support/agent-client.js'
import { ask } from './faces.js'
import type { Journal } from './journal.js'

/** What there is to know of an action at the end: from the agent, or, where it was pruned, from who watched. */
export interface Recorded {
  readonly id: string
  readonly kind: string
  readonly state: ActionState
  readonly payload: JsonValue
  readonly history: readonly TransitionView[]
  /** What only the agent knows; null where the action was pruned. */
  readonly kept: Pick<ActionView, 'args' | 'interruptions' | 'cancel_requested_ts'> | null
}

interface Sources {
  readonly journal: Journal
  /** Every event that was told. */
  readonly seen: readonly EventView[]
}

/** Actions that are read at the same time. */
const readers = 8

/** Reads everything that the agent has, and completes it with what was pruned. */
export async function readRecords (url: string, { seen }: Sources): Promise<Recorded[]> {
  const ids = await listAll(url)
  const left = [...ids]
  const records: Recorded[] = []
  const client = createAgentClient(url)
  await Promise.all(Array.from({ length: readers }, async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const action = await client.find(id)
      if (action === null) throw new Error(`${id} is listed, and not there`)
      const { kind, state, state_payload: payload, history } = action
      records.push({ id, kind, state, payload, history, kept: action })
    }
  }))
  return [...records, ...prunedOf(seen, new Set(ids))]
}

async function listAll (url: string): Promise<string[]> {
  const ids: string[] = []
  let path: string | null = '/api/v1/actions?limit=1000&order=asc'
  while (path !== null) {
    const page: Page = (await ask(url + path))?.body as Page
    ids.push(...page.actions.map(({ id }) => id))
    path = page.next
  }
  return ids
}

type Page = JsonObject & { actions: Array<{ id: string }>, next: string | null }

function prunedOf (seen: readonly EventView[], kept: ReadonlySet<string>): Recorded[] {
  const histories = new Map<string, EventView[]>()
  for (const event of seen) {
    if (kept.has(event.action_id)) continue
    const known = histories.get(event.action_id)
    if (known === undefined) histories.set(event.action_id, [event])
    else known.push(event)
  }
  return [...histories].map(([id, events]) => {
    const { kind = '', state = 'NEW', state_payload: payload = null } = events.at(-1) ?? {}
    return { id, kind, state, payload, history: events, kept: null }
  })
}
