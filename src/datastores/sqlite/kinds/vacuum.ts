import { done, noArgs } from '../../../domain/kind.js'
import type { ActionKind } from '../../../domain/kind.js'
import { failedBy } from '../task-runner.js'
import type { TaskRunner } from '../task-runner.js'

/** Makes the kind `sqlite.steward/vacuum`. Users wait while it runs; it needs free disk space of twice the database. */
export function createVacuumKind (tasks: TaskRunner): ActionKind {
  return {
    kind: 'sqlite.steward/vacuum',
    summary: 'Rebuilds the SQLite database, so that free pages are given back to the disk.',
    args: noArgs,
    example: {},
    timeoutMs: null,
    onInterrupt: 'resume',
    async run ({ signal }) {
      const { result, trouble } = await tasks.run({ task: 'vacuum' }, { signal })
      if (trouble !== undefined) return failedBy(trouble)
      return done({ bytes_before: result.bytesBefore, bytes_after: result.bytesAfter })
    }
  }
}
