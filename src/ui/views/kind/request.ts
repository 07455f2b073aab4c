import type { ActionRequest } from '../../../client/model.js'
import type { JsonValue } from '../../../domain/json.js'

/** What is asked for. */
export interface Order {
  readonly kind: string
  /** Undefined: none. */
  readonly args: JsonValue | undefined
  /** Empty: none is named. */
  readonly requester: string
}

/** The request for it; what is not given is not in it. */
export function requestOf ({ kind, args, requester }: Order): ActionRequest {
  return { kind, ...args === undefined ? {} : { args }, ...requester === '' ? {} : { requester } }
}
