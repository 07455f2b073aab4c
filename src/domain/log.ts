/** The part of a pino logger that components use: fields first, then the sentence. */
export interface Logger {
  trace (fields: object, message?: string): void
  debug (fields: object, message?: string): void
  info (fields: object, message?: string): void
  warn (fields: object, message?: string): void
  error (fields: object, message?: string): void
  child (fields: object): Logger
}

const ignore = (): void => {}

/** A logger that writes nothing. */
export const silentLogger: Logger = {
  trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, child: () => silentLogger
}
