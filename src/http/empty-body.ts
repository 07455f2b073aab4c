import { isJsonObject } from '../domain/json.js'
import { Problem } from '../domain/problem.js'
import { escapePointer, violationLimit } from '../domain/violation.js'

/**
 * Refuses a body that says something where nothing is understood; nothing, `null` and `{}` pass.
 * Throws `invalid-request`.
 */
export function requireNoContent (body: unknown): void {
  if (body === undefined || body === null) return
  if (!isJsonObject(body)) throw new Problem('invalid-request', { errors: [{ pointer: '', detail: 'must be empty or an empty object' }] })
  const errors = Object.keys(body).slice(0, violationLimit).map(key => ({ pointer: `/${escapePointer(key)}`, detail: 'is not a known field' }))
  if (errors.length > 0) throw new Problem('invalid-request', { errors })
}
