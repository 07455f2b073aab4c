import { Writable } from 'node:stream'
import type { DestinationStream } from 'pino'

/**
 * What a terminal obeys, or what changes how a line reads, and JSON leaves as it is: DEL and the control characters
 * above it, the line breaks of Unicode, and marks that turn the direction of text. Inside JSON all of them can only
 * stand in texts, where an escape means the same. The other control characters JSON escapes, and pino-pretty takes out.
 */
const active = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** A destination that gets the lines with such characters escaped. */
export function inertDestination (destination: DestinationStream): DestinationStream {
  return { write: line => destination.write(line.search(active) === -1 ? line : line.replace(active, escapeOf)) }
}

/** The same as a stream, for what writes lines for people. */
export function inertStream (destination: DestinationStream): Writable {
  const inert = inertDestination(destination)
  return new Writable({
    decodeStrings: false,
    write (line: string | Buffer, _encoding, done) {
      inert.write(line.toString())
      done()
    }
  })
}

function escapeOf (character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
