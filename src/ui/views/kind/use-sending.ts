import { useRef, useState } from 'preact/hooks'
import { v7 } from 'uuid'
import { AgentRefusal } from '../../../client/errors.js'
import type { Action } from '../../../client/model.js'
import type { Violation } from '../../../domain/problem.js'
import { asError } from '../../live/as-error.js'
import { useSession } from '../../live/session-context.js'
import { requestOf, type Order } from './request.js'

/** How the sending of a request is going. */
export type Sending =
  | { readonly step: 'idle' }
  | { readonly step: 'busy' }
  /** The agent has refused: why, and where in the request that is. */
  | { readonly step: 'refused', readonly message: string, readonly violations: readonly Violation[] }
  /** Nobody knows whether it has arrived. */
  | { readonly step: 'lost', readonly message: string }
  /** What was sent before, with other content, did arrive: as this action. */
  | { readonly step: 'arrived', readonly id: string }

interface Sender {
  readonly sending: Sending
  /** Resolves with the action; null where there is none, and `sending` says why. Does nothing while it is busy. */
  readonly send: (order: Order) => Promise<Action | null>
  /** To be called when the request is changed: what was said of it holds no longer. */
  readonly forget: () => void
}

/** Sends requests, each of them as often as it takes: until one is taken, all carry the same id. */
export function useSending (): Sender {
  const { client, heed } = useSession()
  const [sending, setSending] = useState<Sending>({ step: 'idle' })
  const isBusy = useRef(false)
  // Not by crypto.randomUUID, which a page that came without encryption does not have.
  const id = useRef<string>(undefined)
  id.current ??= v7()

  async function send (order: Order): Promise<Action | null> {
    if (isBusy.current) return null
    isBusy.current = true
    setSending({ step: 'busy' })
    const sent = id.current ?? v7()
    try {
      const { action } = await client.schedule({ ...requestOf(order), id: sent })
      id.current = v7()
      return action
    } catch (error) {
      heed(error)
      const outcome = outcomeOf(error, sent)
      // The id is taken; what is in the form now is another request.
      if (outcome.step === 'arrived') id.current = v7()
      setSending(outcome)
      return null
    } finally {
      isBusy.current = false
    }
  }

  return {
    sending,
    send,
    forget: () => { setSending(now => now.step === 'idle' || now.step === 'busy' || now.step === 'lost' ? now : { step: 'idle' }) }
  }
}

function outcomeOf (error: unknown, id: string): Sending {
  if (!(error instanceof AgentRefusal)) return { step: 'lost', message: messageOf(error) }
  const { code, problem, status, retryAfterSeconds } = error
  if (code === 'action-exists') return { step: 'arrived', id }
  // Something between here and the agent has lost the answer; or the agent has, and does not know what was kept.
  if (status >= 500 && (problem === null || code === 'internal')) return { step: 'lost', message: error.message }
  const again = retryAfterSeconds === null ? '' : ` Try again in ${retryAfterSeconds} s.`
  return { step: 'refused', message: `${problem?.detail ?? error.message}${again}`, violations: problem?.errors ?? [] }
}

function messageOf (error: unknown): string {
  return asError(error).message
}
