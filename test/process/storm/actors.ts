import { setTimeout as pause } from 'node:timers/promises'
import type { ActionState } from '../../../src/domain/lifecycle.js'
import { oneOf, type Random } from '../../support/random.js'
import { ask, type Face, type WorkflowFace } from './faces.js'
import type { Journal, Sent } from './journal.js'
import { chooseWork, type Work } from './work.js'

/** One life of the agent, as those see it who work with it. */
export interface Life {
  readonly url: string
  /** True once nobody needs to ask any more. */
  isOver (): boolean
}

/** Somebody who works with the agent as long as it lives. */
export type Actor = (life: Life) => Promise<void>

interface Cast {
  readonly journal: Journal
  readonly random: Random
}

/** Between two looks at the agent: often enough to see what happens, and leaving the machine to those that work. */
const paceMs = 10

interface ClientOptions extends Cast {
  readonly face: Face
  /** What is asked for; null: what chance says. */
  readonly sole: () => Work | null
  /** True once enough was acknowledged. */
  readonly isEnough: () => boolean
  readonly onAcknowledged: () => void
}

/**
 * A client that asks for one action after the other. A request that was cut off is sent again when it next acts: always
 * by ActiveWorkflow, as that does; by the others half of the time.
 */
export function createClient (options: ClientOptions): Actor {
  const { journal, random, face, sole, isEnough, onAcknowledged } = options
  let cutOff: Sent | null = null

  function next (): Sent {
    const again = cutOff
    cutOff = null
    if (again !== null && (face.name === 'activeworkflow' || random() < 0.5)) return again
    const work = sole() ?? chooseWork(random)
    return journal.send({ face: face.name, work, id: face.nextId() })
  }

  return async ({ url, isOver }) => {
    while (!isOver() && !isEnough()) {
      const request = next()
      if (!await face.send(url, request)) {
        cutOff = request
        return
      }
      journal.acknowledge(request)
      onAcknowledged()
    }
  }
}

/** Sends what a client still has to send, and asks what has ended, until nothing is left to hear of. */
export function createChecker ({ face }: { readonly face: WorkflowFace }): Actor {
  return async ({ url, isOver }) => {
    while (!isOver() && await face.check(url)) await pause(paceMs)
  }
}

/** Asks by all dialects for what has become of actions that were acknowledged. */
export function createLooker ({ journal, random, faces }: Cast & { readonly faces: readonly Face[] }): Actor {
  return async ({ url, isOver }) => {
    while (!isOver()) {
      // Of the newest, since the others were looked at before.
      const known = journal.sent.slice(-200).filter(({ acknowledgedAt }) => acknowledgedAt !== null)
      if (known.length > 0) {
        const { id } = oneOf(random, known)
        const told = await oneOf(random, faces).look(url, id ?? '')
        if (told !== null) journal.tell(told)
      }
      if (!await isThere(url)) return
      await pause(paceMs)
    }
  }
}

async function isThere (url: string): Promise<boolean> {
  return await ask(`${url}/api/v1/info/agent`) !== null
}

/** Cancels what would never end when it runs, and now and then what waits. */
export function createCanceller ({ journal, random }: Cast): Actor {
  return async ({ url, isOver }) => {
    while (!isOver()) {
      const running = await ask(`${url}/api/v1/actions?state=RUNNING&limit=10`)
      if (running === null) return
      const { actions = [] } = running.body as { actions?: Array<{ id: string }> }
      for (const { id } of actions) {
        const request = journal.find(id)
        if (request?.work.ends === 'never' && !await cancel(url, { journal, request, id })) return
      }
      const waiting = random() < 0.1 ? journal.sent.slice(-50).filter(({ id }) => id !== null) : []
      if (waiting.length > 0) {
        const request = oneOf(random, waiting)
        if (!await cancel(url, { journal, request, id: request.id ?? '' })) return
      }
      await pause(paceMs)
    }
  }
}

interface Cancelling {
  readonly journal: Journal
  readonly request: Sent
  readonly id: string
}

/** False when the agent is gone. */
async function cancel (url: string, { journal, request, id }: Cancelling): Promise<boolean> {
  request.cancelSent = true
  const answer = await ask(`${url}/api/v1/actions/${id}/cancel`, {})
  if (answer === null) return false
  const { status, body } = answer
  // Not there yet, or over; or outside work that cannot be cancelled.
  if (status === 404 || status === 409) return true
  if (status !== 202) throw new Error(`a cancel was answered ${status}: ${JSON.stringify(body)}`)
  const state = body['state'] as ActionState
  request.cancelledAs ??= state
  journal.tell({ id, by: 'a cancel', state, payload: body['state_payload'] ?? null })
  return true
}
