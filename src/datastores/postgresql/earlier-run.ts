import type { KindContext } from '../../domain/kind.js'
import type { Connections } from './connections.js'
import { applicationNameOf } from './programs.js'

/** Between two looks at a backend that is being ended. */
const endingMs = 50

/** What an earlier run of an action may have left on a server. */
export interface EarlierRun {
  readonly context: Pick<KindContext, 'action' | 'resumed' | 'sleep'>
  /** As pg_stat_activity has it: statements are those of client backends, copies are sent by walsenders. */
  readonly backendType: 'client backend' | 'walsender'
}

/**
 * Ends what an interrupted run of the same action has left on the server, and waits until it is gone: two of a kind
 * would be in each other's way. Does nothing in a first run.
 * @throws PostgresqlError when the server cannot be asked; the signal's reason
 */
export async function endEarlierRun ({ query }: Pick<Connections, 'query'>, { context, backendType }: EarlierRun):
Promise<void> {
  while (context.resumed) {
    const left = await query(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = $1 and usename = session_user and backend_type = $2`,
    [applicationNameOf(context.action), backendType])
    if (left.length === 0) return
    await context.sleep(endingMs)
  }
}
