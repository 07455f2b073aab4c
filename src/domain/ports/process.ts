/** A command to run: no shell ever sees it. */
export interface Command {
  /** Program and arguments. */
  readonly argv: readonly [string, ...string[]]
  /** What standard input holds, to its end. Absent: nothing. */
  readonly stdin?: string
  /** The whole environment is this, beside PATH, HOME, LANG and TZ of the agent. */
  readonly env?: Readonly<Record<string, string>>
  /** Its working folder, which exists. Absent: the agent's. */
  readonly cwd?: string
  /**
   * Instead of `cwd`: the name of a folder of the command's own. It is made when there is none, for the command's user
   * alone, and stays, for the next command of that name and for what this one leaves in the background.
   */
  readonly ownFolder?: string
  /**
   * The system user that it runs as, with that user's groups and none of the agent's, and with HOME, USER and LOGNAME.
   * Only root can become another. Absent: the agent's.
   */
  readonly user?: string
  /** How much nicer than the agent it is: 0 (the default) to 19. */
  readonly nice?: number
  /** Milliseconds after which the process group is ended; absent: no limit. */
  readonly timeoutMs?: number
  /**
   * Aborting it ends the process group, first with SIGTERM and after `killAfterMs` with SIGKILL, except with the
   * reason `shutdown`: then the command is left alone.
   */
  readonly signal?: AbortSignal
  /** How many bytes of the end of each output are kept. Default 64 KiB. */
  readonly keepBytes?: number
}

/** How a command ended. */
export interface CommandResult {
  /** Null when a signal ended it, or when it could not be started. */
  readonly exitCode: number | null
  /** For example `SIGKILL`. */
  readonly signal: string | null
  /** The end of what it wrote, as text. */
  readonly stdout: string
  readonly stderr: string
  /** Of which output more was written than was kept. */
  readonly truncated: { readonly stdout: boolean, readonly stderr: boolean }
  readonly timedOut: boolean
  /** Why it could not be started, else null. */
  readonly startError: string | null
}

/** How a command ended, to go on with after its name. */
export function endingOf ({ exitCode, signal, startError, timedOut }: CommandResult): string {
  if (startError !== null) return `could not be started: ${startError}`
  if (timedOut) return 'took longer than it may and was ended'
  return exitCode === null ? `was ended by ${signal}` : `exited with code ${exitCode}`
}

/** Runs commands safely. */
export interface CommandRunner {
  /** Resolves when the command has exited; rejects with the signal's reason only when left alone at `shutdown`. */
  run (command: Command): Promise<CommandResult>
}

/** A job for a child process of our own: work that blocks or scans, kept off the event loop. */
export interface Job {
  /** URL of the module that the child runs; it finds its input in `process.argv[2]` as JSON. */
  readonly module: URL
  readonly input: unknown
  readonly signal: AbortSignal
  /** Called with each message that the child sends. Messages are delivered in order, one at a time. */
  onMessage? (message: unknown): void | Promise<void>
}

/** Runs modules of ours in child processes. */
export interface JobRunner {
  /**
   * Resolves with the child's last message of the form `{ result }`. Rejects with an Error when the child says
   * `{ error }`, dies, or the signal is aborted (then with the signal's reason, after the child has been ended).
   */
  run (job: Job): Promise<unknown>
}
