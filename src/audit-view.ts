import type { Asked, AuditEntry } from './domain/audit.js'
import { formatInstant } from './rfc3339.js'

/** Who asked what of an action, as the API and the command line tell it. */
export function auditView ({ actionId, kind, state, requester, scheduled, cancelled }: AuditEntry) {
  return {
    action_id: actionId,
    kind,
    state,
    requester,
    scheduled: askedView(scheduled),
    cancelled: cancelled === null ? null : askedView(cancelled)
  }
}

function askedView ({ at, principal, protocol, remoteAddress }: Asked) {
  return { timestamp: formatInstant(at), principal, protocol, remote_address: remoteAddress }
}
