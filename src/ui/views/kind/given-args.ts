import type { JsonValue } from '../../../domain/json.js'
import { exactJson } from '../../forms/json-text.js'
import { asError } from '../../live/as-error.js'

/** What the address says that a form begins with. */
export interface GivenArgs {
  /** Undefined: nothing. */
  readonly args: JsonValue | undefined
  /** Why the address cannot be read; null where it can. */
  readonly trouble: string | null
}

/** Reads `args` of the address: JSON; null stands for none. */
export function readGivenArgs (text: string | null): GivenArgs {
  if (text === null || text === '') return { args: undefined, trouble: null }
  try {
    return { args: exactJson(text) ?? undefined, trouble: null }
  } catch (error) {
    return { args: undefined, trouble: asError(error).message }
  }
}
