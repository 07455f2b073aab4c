import { createHash } from 'node:crypto'

/**
 * The action id that stands for what a caller said, where it has no id of its own to give: a UUID of version 8
 * (RFC 9562), made of SHA-256. The same parts give the same id, so that the one mechanism, the id, makes repeats
 * harmless. Two uses are kept apart by what their first parts can be.
 */
export function derivedId (parts: readonly [string, ...Array<string | number | null>]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest()
  hash[6] = (hash[6] ?? 0) & 0x0f | 0x80
  hash[8] = (hash[8] ?? 0) & 0x3f | 0x80
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
