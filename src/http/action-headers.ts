import { Problem, type Violation } from '../domain/problem.js'
import type { SecretHeaders } from '../domain/secret-headers.js'
import { escapePointer, violationLimit } from '../domain/violation.js'

const name = /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/
const value = /^[^\u0000-\u0008\u000a-\u001f\u007f]*$/ // eslint-disable-line no-control-regex -- what no header may hold

/** Refuses metadata that could not be a header, or that carries credentials. Throws `invalid-request`. */
export function checkActionHeaders (headers: Readonly<Record<string, string>>, isSecret: SecretHeaders): void {
  const errors = Object.entries(headers).flatMap(([key, text]) => {
    return isSecret(key) ? [{ pointer: pointerTo(key), detail: 'carries credentials, which are never stored' }] : violationsIn(key, text)
  })
  if (errors.length > 0) throw new Problem('invalid-request', { errors: errors.slice(0, violationLimit) })
}

function violationsIn (key: string, text: string): Violation[] {
  const pointer = pointerTo(key)
  if (!name.test(key)) return [{ pointer, detail: 'must be named as a header is, in lower case' }]
  return value.test(text) ? [] : [{ pointer, detail: 'must not hold control characters' }]
}

function pointerTo (key: string): string {
  return `/headers/${escapePointer(key)}`
}
