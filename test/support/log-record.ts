import pino, { type Logger } from 'pino'

/** A real logger, and everything that it has written so far, line by line. */
export function recordLog (): { readonly log: Logger, readonly lines: () => readonly string[] } {
  const lines: string[] = []
  return { log: pino({ level: 'trace' }, { write: line => { lines.push(line) } }), lines: () => lines }
}
