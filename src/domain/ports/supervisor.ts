/** Starts and stops the service that the datastore runs as. */
export interface Supervisor {
  /** What it supervises, as sentences name it: `the unit postgresql@15-main.service`. */
  readonly service: string
  /**
   * The process id of the service; null when it does not run.
   * @throws SupervisorError when that cannot be told; the signal's reason once it is aborted
   */
  pid (signal: AbortSignal): Promise<number | null>
  /**
   * Starts the service; does nothing when it runs. It may come up only some time after this has resolved.
   * @throws SupervisorError when it cannot be started; the signal's reason once it is aborted
   */
  start (signal: AbortSignal): Promise<void>
  /** Stops the service, as `start` starts it. */
  stop (signal: AbortSignal): Promise<void>
}

/** What a supervisor could not do. */
export class SupervisorError extends Error {
  /** What the supervisor itself has said, outermost first. */
  readonly layers: readonly string[]

  constructor (message: string, layers: readonly string[] = []) {
    super(message)
    this.name = 'SupervisorError'
    this.layers = layers
  }
}
