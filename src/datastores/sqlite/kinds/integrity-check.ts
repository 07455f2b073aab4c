import { done, failed } from '../../../domain/kind.js'
import type { ActionKind } from '../../../domain/kind.js'
import { failedBy } from '../task-runner.js'
import type { TaskRunner } from '../task-runner.js'

interface IntegrityCheckArgs {
  readonly max_errors?: number
}

/** Makes the kind `sqlite.steward/integrity-check`. In rollback-journal mode writers wait while it reads. */
export function createIntegrityCheckKind (tasks: TaskRunner): ActionKind<IntegrityCheckArgs> {
  return {
    kind: 'sqlite.steward/integrity-check',
    summary: 'Reads the whole SQLite database and fails with a list of what is damaged.',
    args: {
      type: 'object',
      properties: {
        max_errors: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'How many problems are listed at most.' }
      },
      additionalProperties: false
    },
    example: { max_errors: 10 },
    timeoutMs: null,
    onInterrupt: 'resume',
    async run ({ args, signal }) {
      const { result, trouble } = await tasks.run({ task: 'integrity-check', maxErrors: args.max_errors ?? 100 }, { signal })
      if (trouble !== undefined) return failedBy(trouble)
      if (result.problems.length === 0) return done({ integrity: 'ok' })
      return failed('The database is damaged.', { variant: 'SQLITE_CORRUPT', more: { problems: [...result.problems] } })
    }
  }
}
