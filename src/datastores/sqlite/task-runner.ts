import { extname } from 'node:path'
import { failed } from '../../domain/kind.js'
import type { Outcome } from '../../domain/kind.js'
import type { JobRunner } from '../../domain/ports/process.js'
import type { Task, TaskAnswer, TaskInput, TaskResults, TaskTrouble } from './tasks.js'

/** How a task is run. */
export interface TaskOptions {
  readonly signal: AbortSignal
  /** Called with what the task tells meanwhile. */
  readonly onNews?: (news: unknown) => Promise<void>
}

/** Runs tasks on one database, each in a child process. Rejects with the signal's reason once the child has ended. */
export interface TaskRunner {
  run<T extends Task> (task: T, options: TaskOptions): Promise<TaskAnswer<T['task']>>
}

/** This program runs as built JavaScript, and in tests as TypeScript: the module beside this one ends likewise. */
const jobModule = new URL(`./job${extname(import.meta.url)}`, import.meta.url)

/** Makes a runner of tasks on the database at `path`, which wait `busyTimeoutMs` for locks. */
export function createTaskRunner ({ path, busyTimeoutMs, jobs }:
{ path: string, busyTimeoutMs: number, jobs: JobRunner }): TaskRunner {
  return {
    async run<T extends Task> (task: T, { signal, onNews }: TaskOptions) {
      const input: TaskInput = { path, busyTimeoutMs, task }
      const answer = await jobs.run({
        module: jobModule, input, signal, ...(onNews === undefined ? {} : { onMessage: onNews })
      })
      return answer as TaskAnswer<keyof TaskResults> as TaskAnswer<T['task']>
    }
  }
}

/** The outcome of a task that met trouble. */
export function failedBy ({ error, detail, code, unavailable }: TaskTrouble): Outcome {
  return failed(error, { layers: [detail], variant: code, reason: unavailable ? 'unavailable' : 'error' })
}
