import { Problem, type Violation } from '../domain/problem.js'
import { escapePointer } from '../domain/violation.js'

/** Names whose values are secrets: they must never reach the database or an answer. */
const secretNames = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])

const name = /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/
const value = /^[^\u0000-\u0008\u000a-\u001f\u007f]*$/ // eslint-disable-line no-control-regex -- what no header may hold

/** Refuses metadata that could not be a header, or that carries credentials. Throws `invalid-request`. */
export function checkActionHeaders (headers: Readonly<Record<string, string>>): void {
  const errors = Object.entries(headers).flatMap(([key, text]) => violationsIn(key, text))
  if (errors.length > 0) throw new Problem('invalid-request', { errors })
}

function violationsIn (key: string, text: string): Violation[] {
  const pointer = `/headers/${escapePointer(key)}`
  if (secretNames.has(key.toLowerCase())) return [{ pointer, detail: 'carries credentials, which are never stored' }]
  if (!name.test(key)) return [{ pointer, detail: 'must be named as a header is, in lower case' }]
  return value.test(text) ? [] : [{ pointer, detail: 'must not hold control characters' }]
}
