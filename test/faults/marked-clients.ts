import { v7 } from 'uuid'
import type { JsonObject } from '../../src/domain/json.js'
import { createAgentClient, watchEvents } from '../support/agent-client.js'
import type { Random } from '../support/random.js'
import type { Remark } from './journal.js'

/** Clients that note what they ask for before they ask, and what they are told after it. */
export interface MarkedClients {
  readonly url: string
  readonly random: Random
  readonly note: (remark: Remark) => void
}

/**
 * Notes every transition that the agent tells of, from the event `after` on, until it ends. Resolves when it has begun
 * to tell, with what gives the id of the newest event.
 */
export async function noteEvents ({ url, note }: MarkedClients, after?: string): Promise<() => string | undefined> {
  let newest = after
  let opened = (): void => {}
  const open = new Promise<void>(resolve => { opened = resolve })
  const read = async (): Promise<void> => {
    const events = watchEvents(url, { onOpen: opened, ...after === undefined ? {} : { after } })
    for await (const { id: event, action_id: id, position, timestamp, state, state_payload: payload } of events) {
      newest = event
      note({ type: 'told', id, event: { position, at: Date.parse(timestamp), state, payload } })
    }
  }
  // The stream of an agent that ends breaks off.
  const reading = read().catch(() => {})
  await Promise.race([open, reading])
  return () => newest
}

/** Lets several clients schedule and cancel, each one thing after the other, so many requests altogether. */
export async function runClients (
  marked: MarkedClients, { clients, requests }: { readonly clients: number, readonly requests: number }
): Promise<void> {
  let left = requests
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    while (left-- > 0) await ask(marked, client)
  }))
}

async function ask ({ url, random, note }: MarkedClients, client: number): Promise<void> {
  const agent = createAgentClient(url)
  const id = v7()
  const { kind, args } = chooseWork(random)
  note({ type: 'asked', client, id, kind, args })
  const { status, body } = await agent.post('/actions', { id, kind, args })
  if (status !== 202) throw new Error(`not accepted (${status}): ${JSON.stringify(body)}`)
  note({ type: 'acknowledged', id })
  if (random() > 0.15) return
  const cancel = await agent.post(`/actions/${id}/cancel`)
  if (cancel.status === 202) note({ type: 'cancelled', id })
}

function chooseWork (random: Random): { kind: string, args: JsonObject } {
  if (random() < 0.4) return { kind: 'agent.replicante.io/debug.success', args: {} }
  // Large enough for the write-ahead log to be folded back now and then.
  const payload = 'x'.repeat(Math.floor(random() * 40_000))
  const steps = [{ do: 'progress', payload }, { do: 'sleep', ms: Math.floor(random() * 4) }, { do: random() < 0.2 ? 'fail' : 'done' }]
  return { kind: 'agent.steward/test.script', args: { steps } }
}
