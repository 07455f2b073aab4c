import { PostgresqlError } from './trouble.js'

/** An error of the agent's own: a sentence that says what it found and what to do; `cause` is what the system said. */
export function refusal (sentence: string, cause?: unknown): PostgresqlError {
  const layers = cause === undefined ? [] : [cause instanceof Error ? cause.message : String(cause)]
  return new PostgresqlError({ sentence, unavailable: false, layers, variant: null }, cause)
}
