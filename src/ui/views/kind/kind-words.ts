import type { Kind } from '../../../client/model.js'
import { isJsonObject } from '../../../domain/json.js'
import { elapsed } from '../../../elapsed.js'

/** How long one run may take. */
export function limitInWords ({ timeout_ms: timeout }: Pick<Kind, 'timeout_ms'>): string {
  return timeout === null ? 'none' : elapsed(timeout)
}

/** What an interruption comes to. */
export function interruptionInWords ({ on_interrupt: onInterrupt }: Pick<Kind, 'on_interrupt'>): string {
  return onInterrupt === 'resume' ? 'it goes on' : 'it is FAILED'
}

const namedArguments = 5

/** The arguments of a kind in a few words. */
export function argumentsInWords ({ args }: Pick<Kind, 'args'>): string {
  const names = isJsonObject(args['properties']) ? Object.keys(args['properties']) : []
  const isOpen = args['additionalProperties'] !== false
  if (names.length === 0) return isOpen ? 'any arguments' : 'no arguments'
  const shown = names.slice(0, namedArguments)
  const rest = names.length - shown.length + (isOpen ? 1 : 0)
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${isOpen ? 'others' : `${rest} more`}`
}
