import { done, noArgs } from '../../../domain/kind.js'
import type { ActionKind } from '../../../domain/kind.js'
import { failedBy } from '../task-runner.js'
import type { TaskRunner } from '../task-runner.js'

/** Makes the kind `sqlite.steward/analyze`. */
export function createAnalyzeKind (tasks: TaskRunner): ActionKind {
  return {
    kind: 'sqlite.steward/analyze',
    summary: 'Gathers statistics about tables and indexes, by which SQLite chooses how to run queries.',
    args: noArgs,
    example: {},
    timeoutMs: null,
    onInterrupt: 'resume',
    async run ({ signal }) {
      const { result, trouble } = await tasks.run({ task: 'analyze' }, { signal })
      return trouble === undefined ? done({ statistics: result.statistics }) : failedBy(trouble)
    }
  }
}
