import type { FastifyInstance } from 'fastify'
import type { HttpDeps } from '../../deps.js'
import type { EventHub } from '../../event-hub.js'
import { announceDeprecation, ownVersions, type ApiVersion } from '../../versions.js'
import type { Waits } from '../../waits.js'
import { activityRoute } from './activity.js'
import { auditRoute } from './audit.js'
import { cancelRoute } from './cancel-action.js'
import { eventsRoute } from './events.js'
import { getRoute } from './get-action.js'
import { infoRoutes } from './info.js'
import { kindRoutes } from './kinds.js'
import { listRoute } from './list-actions.js'
import { scheduleRoute } from './schedule-action.js'
import { whoamiRoute } from './whoami.js'

interface Parts {
  readonly deps: HttpDeps
  readonly waits: Waits
  readonly hub: EventHub
}

const v1 = ownVersions[0] as ApiVersion

/** Declares all of `/api/v1` on a scope: this is its table of contents. */
export function v1Routes (scope: FastifyInstance, { deps, waits, hub }: Parts): void {
  const { scheduler, inspector, access, activity, agent, config, isSecretHeader } = deps
  announceDeprecation(scope, v1)
  scheduleRoute(scope, { scheduler, access, isSecretHeader })
  listRoute(scope, { scheduler })
  getRoute(scope, { scheduler, waits, waitLimitSeconds: config.waitLimitSeconds })
  cancelRoute(scope, { scheduler })
  eventsRoute(scope, { access, hub, waits })
  kindRoutes(scope, { scheduler })
  infoRoutes(scope, { inspector, agent })
  activityRoute(scope, { activity })
  whoamiRoute(scope)
  auditRoute(scope, { scheduler })
}
