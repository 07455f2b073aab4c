import type { KindDescription } from '../../domain/ports/scheduler.js'
import { registrationOfAll, registrationOfKind, type Registration } from './description.js'
import { agentTypes } from './types.js'

/** The agent types that ActiveWorkflow can be told of. */
export interface AgentTypes {
  /** Whether there is a type for this kind. */
  has (kind: string): boolean
  /** What `register` answers: for a kind, or, with null, for all of them. */
  registration (kind: string | null): Registration
}

/** Makes the agent types: one for each kind, and one for all of them. Each is described when it is first asked for. */
export function createAgentTypes (kinds: readonly KindDescription[]): AgentTypes {
  const names = agentTypes(kinds)
  const known = new Map<string | null, Registration>()
  const make = (kind: string | null): Registration => {
    const found = kinds.find(each => each.kind === kind)
    return found === undefined ? registrationOfAll(kinds) : registrationOfKind(found, names.get(found.kind) ?? '')
  }
  return {
    has: kind => names.has(kind),
    registration (kind) {
      const registration = known.get(kind) ?? make(kind)
      known.set(kind, registration)
      return registration
    }
  }
}
