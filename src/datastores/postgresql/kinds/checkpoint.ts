import { done, noArgs } from '../../../domain/kind.js'
import type { ActionKind } from '../../../domain/kind.js'
import { formatInstant } from '../../../rfc3339.js'
import { performInSession } from '../maintenance.js'
import type { SqlParts } from '../maintenance.js'

/** A type, since payloads are JSON objects. */
type ControlRow = { in_recovery: boolean, checkpoint_lsn: string, redo_lsn: string, checkpoint_time: Date }

/**
 * Makes the kind `postgresql.steward/checkpoint`. On a standby it is a restartpoint, which there is only where the
 * primary has made a checkpoint since the last: the payload says which one counts now. Needs pg_checkpoint.
 */
export function createCheckpointKind (parts: SqlParts): ActionKind {
  return {
    kind: 'postgresql.steward/checkpoint',
    summary: 'Writes all changed pages to the data files, so that PostgreSQL stops and starts quickly.',
    args: noArgs,
    example: {},
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => performInSession({ parts, context }, async session => {
      await session.query('CHECKPOINT')
      const [row] = await session.query<ControlRow>(`
        select pg_is_in_recovery() as in_recovery, checkpoint_lsn, redo_lsn, checkpoint_time from pg_control_checkpoint()`)
      if (row === undefined) return done()
      const { checkpoint_time: at, ...payload } = row
      return done({ ...payload, checkpoint_ts: formatInstant(at.getTime()) })
    })
  }
}
