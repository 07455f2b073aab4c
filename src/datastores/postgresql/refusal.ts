import { PostgresqlError } from './trouble.js'

/**
 * An error of the agent's own: a sentence that says what it found and what to do; `cause` is what the system said, or a
 * list of such words.
 */
export function refusal (sentence: string, cause?: unknown): PostgresqlError {
  const causes: unknown[] = cause === undefined ? [] : [cause].flat()
  const layers = causes.map(each => each instanceof Error ? each.message : String(each))
  return new PostgresqlError({ sentence, unavailable: false, layers, variant: null }, cause)
}
