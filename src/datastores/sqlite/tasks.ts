/** What a job is asked to do with the database. */
export type Task =
  | { readonly task: 'copy', readonly copy: string }
  | { readonly task: 'checkpoint', readonly mode: CheckpointMode }
  | { readonly task: 'vacuum' }
  | { readonly task: 'analyze' }
  | { readonly task: 'integrity-check', readonly maxErrors: number }

/** The modes of `pragma wal_checkpoint`. */
export type CheckpointMode = 'passive' | 'full' | 'restart' | 'truncate'

/** What each task comes to. */
export interface TaskResults {
  copy: { readonly bytes: number, readonly pages: number, readonly problems: readonly string[] }
  checkpoint: {
    readonly journalMode: string
    /** True when somebody was in the way until the end. */
    readonly busy: boolean
    readonly walPages: number
    readonly checkpointedPages: number
  }
  vacuum: { readonly bytesBefore: number, readonly bytesAfter: number }
  analyze: { readonly statistics: number }
  /** Empty when all is well. */
  'integrity-check': { readonly problems: readonly string[] }
}

/** A task, with what every task needs. This is what the child process is given. */
export interface TaskInput {
  readonly path: string
  readonly busyTimeoutMs: number
  readonly task: Task
}

/** Trouble that is no defect: the database is busy, gone, damaged, or a disk is full. */
export interface TaskTrouble {
  /** One sentence. */
  readonly error: string
  /** SQLite's own words. */
  readonly detail: string
  /** SQLite's result code, for example `SQLITE_BUSY`. */
  readonly code: string
  /** True when the database cannot be reached now, and might be later. */
  readonly unavailable: boolean
}

/** The answer of the child process. */
export type TaskAnswer<Name extends keyof TaskResults> =
  | { readonly result: TaskResults[Name], readonly trouble?: never }
  | { readonly trouble: TaskTrouble, readonly result?: never }

/** What a copy tells while it goes on. */
export interface CopyNews {
  readonly stage: 'copy' | 'verify'
  readonly pagesDone: number
  readonly pagesTotal: number
}
