import { createHash } from 'node:crypto'
import { derivedId } from '../../derived-id.js'
import type { Caller } from '../../domain/action.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import type { Message } from './call.js'
import type { Settings } from './settings.js'

/** The name under which actions of this protocol are recorded. */
export const protocolName = 'activeworkflow'

/** The requester of the actions of this protocol. */
export const requester = 'ACTIVEWORKFLOW'

/** Metadata of an action: the message that it was scheduled for. */
export const messageIdHeader = 'activeworkflow-message-id'

/** Metadata of an action: the agent that the message came from. */
export const sourceAgentHeader = 'activeworkflow-source-agent-id'

/** Metadata of an action: the agent that it was scheduled for, by its name or its options. */
const agentHeader = 'activeworkflow-agent'

/**
 * An agent of ActiveWorkflow, as far as a request shows it. There is no agent's id in a request: what is the same in
 * all requests of an agent are its type, which the URL stands for, and its options.
 */
export interface Origin {
  readonly caller: Caller
  /** The kind in the URL; null for the type of the whole registry. */
  readonly type: string | null
  /** SHA-256 of type and options, in hex. */
  readonly fingerprint: string
  /** Whose outcomes are whose: the name that the options give, else the fingerprint. */
  readonly collector: string
  readonly headers: Readonly<Record<string, string>>
}

interface OriginParts {
  readonly caller: Caller
  readonly type: string | null
  readonly options: JsonObject
  readonly settings: Settings
}

/** Tells agents apart. */
export function originOf ({ caller, type, options, settings: { agent } }: OriginParts): Origin {
  const fingerprint = createHash('sha256').update(JSON.stringify([type, sorted(options)])).digest('hex')
  const collector = JSON.stringify(['activeworkflow', caller.principal, agent === null ? { options: fingerprint } : { agent }])
  const headers = { [agentHeader]: agent ?? fingerprint.slice(0, 16) }
  return { caller, type, fingerprint, collector, headers }
}

/**
 * The id of the action that a message asks of an agent, so that the caller's repetitions make one action. Undefined
 * when nothing tells a repetition from an equal message. The time keeps apart the messages of two installations, which
 * both count from 1.
 */
export function messageActionId ({ caller: { principal }, fingerprint }: Origin, message: Message): string | undefined {
  const { id, sourceAgentId, createdAt } = message
  if (id === null) return undefined
  return derivedId(['activeworkflow message', principal, id, sourceAgentId, createdAt, fingerprint])
}

/** The id of the action of one scheduled run: the count in a row of runs, whose name is in the agent's memory. */
export function runActionId ({ caller: { principal }, fingerprint }: Origin, row: string, count: number): string {
  return derivedId(['activeworkflow run', principal, fingerprint, row, count])
}

/** The id of the action of a first run, before the agent has a memory: `period` counts stretches of time. */
export function firstRunActionId ({ caller: { principal }, fingerprint }: Origin, period: number): string {
  return derivedId(['activeworkflow first run', principal, fingerprint, period])
}

/** Metadata of the action that a message asks for. */
export function messageHeaders (origin: Origin, { id, sourceAgentId }: Message): Record<string, string> {
  return {
    ...origin.headers,
    ...id === null ? {} : { [messageIdHeader]: String(id) },
    ...sourceAgentId === null ? {} : { [sourceAgentHeader]: String(sourceAgentId) }
  }
}

/** The value with the keys of objects in order: options are the same in whatever order they are sent. */
function sorted (value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key] ?? null)]))
}
