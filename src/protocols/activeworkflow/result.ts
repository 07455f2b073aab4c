import type { JsonObject } from '../../domain/json.js'

/**
 * What a call to an agent comes to, as ActiveWorkflow applies it: errors, logs, memory, then messages. A key that is
 * not there changes nothing; null would make the caller fail half-way.
 */
export interface Result {
  /** Each sets the agent's mark "has issues"; the call still counts as done, and is not repeated. */
  readonly errors?: readonly string[]
  readonly logs?: readonly string[]
  /** Replaces all of the agent's memory. */
  readonly memory?: JsonObject
  /** Each is the payload of one message. */
  readonly messages?: readonly JsonObject[]
}

/** What a result is made of; whatever is empty is left out of it. */
interface ResultParts {
  readonly errors?: readonly string[]
  readonly logs?: readonly string[]
  readonly memory?: JsonObject | undefined
  readonly messages?: readonly JsonObject[]
}

/** Makes a result that the caller can apply to its end. */
export function makeResult ({ errors = [], logs = [], memory, messages = [] }: ResultParts): Result {
  return {
    ...errors.length > 0 ? { errors: errors.map(entry) } : {},
    ...logs.length > 0 ? { logs: logs.map(entry) } : {},
    ...memory === undefined ? {} : { memory },
    ...messages.length > 0 ? { messages } : {}
  }
}

/** The caller cuts what is longer. */
const longestEntry = 10_000

/** One entry of a log: never blank, which would end the result there, and with nothing that a database refuses. */
function entry (text: string): string {
  // eslint-disable-next-line no-control-regex -- PostgreSQL takes no NUL
  const clean = text.slice(0, longestEntry).replace(/\p{Surrogate}|\u0000/gu, '\uFFFD')
  return clean.trim() === '' ? 'no text' : clean
}
