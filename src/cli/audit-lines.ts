import { auditView } from '../audit-view.js'
import type { Asked, AuditEntry } from '../domain/audit.js'
import { formatInstant } from '../rfc3339.js'
import { formatTable } from './table.js'

const heads = ['WHEN', 'WHO', 'DID', 'KIND', 'ACTION', 'IS NOW', 'THROUGH', 'FROM']

/** The audit for a person: a line for each thing that somebody did. */
export function auditTable (entries: readonly AuditEntry[]): string[] {
  return formatTable(heads, entries.flatMap(entry => [
    ...entry.cancelled === null ? [] : [rowOf('cancel', entry, entry.cancelled)],
    rowOf('schedule', entry, entry.scheduled)
  ]))
}

function rowOf (did: string, { kind, actionId, state }: AuditEntry, asked: Asked): string[] {
  const { at, principal, protocol, remoteAddress } = asked
  return [formatInstant(at), principal, did, kind, actionId, state, protocol, remoteAddress ?? '-']
}

/** The audit for a program: a JSON object for each action, as `GET /api/v1/audit` has them. */
export function auditLines (entries: readonly AuditEntry[]): string[] {
  return entries.map(entry => JSON.stringify(auditView(entry)))
}
