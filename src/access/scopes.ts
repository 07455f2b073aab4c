import { shorten } from '../domain/json.js'
import type { Operation, Scope } from '../domain/ports/access.js'
import { matchesGlob } from '../glob.js'

const kindGlob = 'schedule:'

/** Whether one of the scopes suffices for the operation. */
export function allows (scopes: readonly Scope[], operation: Operation): boolean {
  return scopes.some(scope => scope === 'admin' || scope === operation.scope || allowsKind(scope, operation))
}

function allowsKind (scope: Scope, operation: Operation): boolean {
  return operation.scope === 'schedule' && scope.startsWith(kindGlob) &&
    matchesGlob(scope.slice(kindGlob.length), operation.kind)
}

/** An operation in words that follow "may not". */
export function inWords (operation: Operation): string {
  switch (operation.scope) {
    case 'read': return 'read'
    case 'schedule': return `schedule the kind ${shorten(operation.kind)}`
    case 'cancel': return 'cancel actions'
    case 'admin': return 'do what only administrators may'
  }
}
