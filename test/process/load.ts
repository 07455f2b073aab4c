import { v7 } from 'uuid'
import type { JsonObject } from '../../src/domain/json.js'

/** One request, as the test remembers it outside of the agent. */
export interface Sent {
  readonly id: string
  readonly kind: string
  readonly args: JsonObject
  acknowledged: boolean
}

/** Clients that schedule actions one after the other. */
export interface Load {
  /** Everything that was ever sent, in the order of the first sending. */
  readonly sent: readonly Sent[]
  /** Sends with all clients until the agent at the address is gone, or has acknowledged `limit` requests. */
  run (url: string, options: { readonly limit: number, readonly onAcknowledged: () => void }): Promise<void>
}

/** What the clients choose with: a number from 0 up to, but without, 1. */
export type Random = () => number

/** Numbers that are the same for the same seed (mulberry32). */
export function createRandom (seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Makes the clients. Half of the requests that were cut off are sent again, with the same id, when they next run. */
export function createLoad ({ clients, random }: { clients: number, random: Random }): Load {
  const sent: Sent[] = []
  const cutOff = new Map<number, Sent>()

  function next (client: number): Sent {
    const again = cutOff.get(client)
    cutOff.delete(client)
    if (again !== undefined && random() < 0.5) return again
    const request = { id: v7(), ...chooseWork(random), acknowledged: false }
    sent.push(request)
    return request
  }

  /** False when the agent is gone. */
  async function send (url: string, { id, kind, args }: Sent): Promise<boolean> {
    let response
    try {
      response = await fetch(`${url}/api/v1/actions`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id, kind, args })
      })
    } catch {
      return false
    }
    if (response.status !== 202 && response.status !== 200) throw new Error(`${kind}: ${response.status}`)
    // The status is the acknowledgement; the rest of the answer may be cut off.
    await response.arrayBuffer().catch(() => {})
    return true
  }

  return {
    sent,
    async run (url, { limit, onAcknowledged }) {
      let acknowledged = 0
      await Promise.all(Array.from({ length: clients }, async (_, client) => {
        while (acknowledged < limit) {
          const request = next(client)
          if (!await send(url, request)) {
            cutOff.set(client, request)
            return
          }
          request.acknowledged = true
          acknowledged++
          onAcknowledged()
        }
      }))
    }
  }
}

/** The kind of the load's external action. */
export const externalWork = 'external.agent.replicante.io/work'

function chooseWork (random: Random): { kind: string, args: JsonObject } {
  const which = random()
  if (which < 0.1) return { kind: externalWork, args: {} }
  if (which < 0.4) return { kind: 'agent.replicante.io/debug.success', args: {} }
  if (which < 0.6) return { kind: 'agent.replicante.io/test.ping', args: {} }
  return {
    kind: 'agent.steward/test.script',
    args: {
      steps: [
        { do: 'progress', payload: { percent: 10 } },
        { do: 'sleep', ms: Math.floor(random() * 5) },
        { do: 'progress', payload: { percent: 90 } },
        { do: 'done', payload: 'finished' }
      ]
    }
  }
}
