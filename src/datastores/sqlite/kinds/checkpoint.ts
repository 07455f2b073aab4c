import { done, failed } from '../../../domain/kind.js'
import type { ActionKind } from '../../../domain/kind.js'
import { failedBy } from '../task-runner.js'
import type { TaskRunner } from '../task-runner.js'
import type { CheckpointMode } from '../tasks.js'

interface CheckpointArgs {
  readonly mode?: CheckpointMode
}

/** Makes the kind `sqlite.steward/checkpoint`. */
export function createCheckpointKind (tasks: TaskRunner): ActionKind<CheckpointArgs> {
  return {
    kind: 'sqlite.steward/checkpoint',
    summary: 'Moves what is in the write-ahead log into the SQLite database file; does nothing where there is no such log.',
    args: {
      type: 'object',
      properties: {
        mode: {
          enum: ['passive', 'full', 'restart', 'truncate'],
          default: 'passive',
          description: 'Passive waits for nobody; full waits for writers, restart for readers too, and truncate empties the log as well.'
        }
      },
      additionalProperties: false
    },
    example: { mode: 'truncate' },
    timeoutMs: null,
    onInterrupt: 'resume',
    async run ({ args: { mode = 'passive' }, signal }) {
      const { result, trouble } = await tasks.run({ task: 'checkpoint', mode }, { signal })
      if (trouble !== undefined) return failedBy(trouble)
      if (result.journalMode !== 'wal') {
        return done({ mode, journal_mode: result.journalMode, message: 'The database has no write-ahead log: there was nothing to do.' })
      }
      const pages = { mode, journal_mode: 'wal', wal_pages: result.walPages, checkpointed_pages: result.checkpointedPages }
      return result.busy
        ? failed('The database is in use: its readers or writers did not let the checkpoint finish.', { variant: 'SQLITE_BUSY', reason: 'unavailable', more: pages })
        : done(pages)
    }
  }
}
