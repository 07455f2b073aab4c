import { done, failed, noArgs, type ActionKind, type KindContext, type Outcome } from '../domain/kind.js'
import { SupervisorError, type Supervisor } from '../domain/ports/supervisor.js'
import { createComposedKind } from './composed.js'
import { attempt, readReport, type Attempted, type Goal, type ServiceReport } from './service-attempts.js'

/** What the kinds of services work with. */
export interface ServiceParts {
  readonly supervisor: Supervisor
  /** The datastore's own graceful stop; null where its driver has none. */
  readonly stop: ActionKind | null
}

/**
 * The kinds of the service that the datastore runs as: `replicante.io/service.start`, `.stop`, `.restart`,
 * `.graceful.stop` and `.graceful.restart`. All may be interrupted and go on: a supervisor does nothing where there is
 * nothing to do.
 */
export function serviceKinds ({ supervisor, stop: storeStop }: ServiceParts): ActionKind[] {
  const start = serviceKind('start', 'Starts the service; does nothing when it runs.', context => startService(supervisor, context))
  const stop = serviceKind('stop', 'Stops the service; does nothing when it does not run.', context => stopService(supervisor, context))
  const restart = serviceKind('restart', 'Stops the service and starts it again; starts it when it does not run.',
    context => restartService(supervisor, context))
  const graceful = { name: 'graceful', kind: onlyIfSupervised(storeStop ?? nothingGraceful, supervisor) }
  return [
    start,
    stop,
    restart,
    createComposedKind({
      kind: 'replicante.io/service.graceful.stop',
      summary: 'Stops the datastore gracefully, then its service.',
      stages: [graceful, { name: 'stop', kind: stop }]
    }),
    createComposedKind({
      kind: 'replicante.io/service.graceful.restart',
      summary: 'Stops the datastore gracefully, then its service, and starts the service again.',
      stages: [graceful, { name: 'stop', kind: stop }, { name: 'start', kind: start }]
    })
  ]
}

function serviceKind (name: string, summary: string, run: (context: KindContext) => Promise<Outcome>): ActionKind {
  return { kind: `replicante.io/service.${name}`, summary, args: noArgs, timeoutMs: null, onInterrupt: 'resume', run }
}

/** The stage `graceful` where the driver has no graceful stop. */
const nothingGraceful: ActionKind = {
  kind: 'replicante.io/store.stop',
  summary: 'Does nothing: the datastore has no graceful stop of its own.',
  args: noArgs,
  timeoutMs: null,
  onInterrupt: 'resume',
  run: async () => done({ message: 'The datastore has no graceful stop of its own: the supervisor stops its service.' })
}

/**
 * The stage `graceful`. It begins only where the supervisor can be asked: a datastore that was stopped would else stay
 * so, with nobody to start it again.
 */
function onlyIfSupervised (stop: ActionKind, supervisor: Supervisor): ActionKind {
  return {
    ...stop,
    async run (context) {
      try {
        await supervisor.pid(context.signal)
      } catch (error) {
        if (!(error instanceof SupervisorError)) throw error
        const { message, layers, name: variant } = error
        return failed(`Nothing was stopped. ${message}`, { layers: [...layers], variant })
      }
      return await stop.run(context)
    }
  }
}

async function startService (supervisor: Supervisor, context: KindContext): Promise<Outcome> {
  const came = await attempt(toStart(supervisor), { supervisor, context, before: reportOf(context) })
  return ended(came, came.changed ? 'started' : 'already running')
}

async function stopService (supervisor: Supervisor, context: KindContext): Promise<Outcome> {
  const came = await attempt(toStop(supervisor), { supervisor, context, before: reportOf(context) })
  return ended(came, came.changed ? 'stopped' : 'already stopped')
}

/** While it stops, the reported pid is that of the process before; null means that the service has been stopped. */
async function restartService (supervisor: Supervisor, context: KindContext): Promise<Outcome> {
  const report = reportOf(context)
  if (report !== null && report.pid === null) {
    return ended(await attempt(toStart(supervisor), { supervisor, context, before: report }), 'restarted')
  }
  const goal: Goal = {
    ...toStop(supervisor),
    always: false,
    // Somebody else may start it again at once, as systemd does with Restart=always.
    reached: (pid, first) => pid === null || pid !== first
  }
  const stopped = await attempt(goal, { supervisor, context, before: report })
  if (stopped.failure !== null || stopped.pid !== null) return ended(stopped, 'restarted')
  const started = await attempt(toStart(supervisor), { supervisor, context, before: null })
  return ended(started, stopped.changed ? 'restarted' : 'started')
}

function reportOf ({ resumed, action }: KindContext): ServiceReport | null {
  return resumed ? readReport(action.statePayload) : null
}

function toStart ({ service, start }: Supervisor): Goal {
  return {
    begin: 'starting',
    waiting: 'started; there is no process yet',
    reached: pid => pid !== null,
    always: false,
    act: start,
    variant: 'ServiceNotRunning',
    explain: () => `There is no process of ${service} although it was started: it does not come up, or ends again. Its own log says why.`
  }
}

function toStop ({ service, stop }: Supervisor): Goal {
  return {
    begin: 'stopping',
    waiting: 'told to stop; the process is still there',
    reached: pid => pid === null,
    // What has no process may be about to get one (systemd waits before it restarts what has failed), or be misspelt.
    always: true,
    act: stop,
    variant: 'ServiceStillRunning',
    explain: pid => `The process ${pid} of ${service} is still there although it was told to stop. Its own log may say why.`
  }
}

function ended ({ attempt, pid, failure }: Attempted, message: string): Outcome {
  return failure ?? done({ attempt, message, pid } satisfies ServiceReport)
}
