import type { Principal } from '../../client/model.js'
import { matchesGlob } from '../../glob.js'

/** What a principal may do, as the agent would decide. */
export interface Permissions {
  readonly read: boolean
  /** Everything. */
  readonly all: boolean
  readonly cancel: boolean
  /** Whether any kind may be scheduled. */
  readonly scheduleSome: boolean
  readonly schedule: (kind: string) => boolean
}

/** What scopes allow: `read`, `cancel`, `schedule`, `schedule:GLOB`, or `admin`, which is all of them. */
export function permissionsOf ({ scopes }: Pick<Principal, 'scopes'>): Permissions {
  const has = (scope: string): boolean => scopes.includes(scope) || scopes.includes('admin')
  const globs = scopes.flatMap(scope => scope.startsWith('schedule:') ? [scope.slice('schedule:'.length)] : [])
  return {
    read: has('read'),
    all: scopes.includes('admin'),
    cancel: has('cancel'),
    scheduleSome: has('schedule') || globs.length > 0,
    schedule: kind => has('schedule') || globs.some(glob => matchesGlob(glob, kind))
  }
}
