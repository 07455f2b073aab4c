import { writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'

/** What a sink is made of. */
export interface SinkOptions {
  /** A file descriptor: 1 is standard output. */
  readonly fd: number
  /** Writes as much as it can, and says how many bytes that was. Default: to the file descriptor. */
  readonly write?: (fd: number, bytes: Uint8Array) => number
}

/** Characters that are kept for a destination that takes nothing just now. Beyond them lines are lost. */
const keptLength = 1024 * 1024

/** How long to leave a full pipe alone, in milliseconds. */
const pauseMs = 10

/**
 * Where log lines go: those of one turn of the event loop in one write. A log must never hold up the agent: where
 * nothing can be written, because the disk is full or nobody reads, lines are lost, and the next that can be written
 * is preceded by one that says how many.
 */
export function createSink ({ fd, write = writeSync }: SinkOptions): DestinationStream {
  let lines: string[] = []
  let length = 0
  let lost = 0
  let scheduled = false

  function put (line: string): void {
    if (length + line.length > keptLength) {
      lost++
      return
    }
    lines.push(line)
    length += line.length
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }

  function flush (): void {
    scheduled = false
    if (lines.length === 0) return
    const told = lost === 0 ? '' : `{"level":"warn","time":"${new Date().toISOString()}","lines":${lost},"msg":"log lines were lost"}\n`
    const bytes = Buffer.from(told + lines.join(''))
    const rest = writeAll(bytes)
    if (rest === null) {
      lost += lines.length
      lines = []
      length = 0
      return
    }
    lost = 0
    lines = rest.length === 0 ? [] : [rest.toString()]
    length = rest.length
    if (rest.length === 0) return
    scheduled = true
    setTimeout(flush, pauseMs).unref()
  }

  /** What is left to be written later; null when nothing can be written. */
  function writeAll (bytes: Buffer): Buffer | null {
    let rest = bytes
    while (rest.length > 0) {
      try {
        rest = rest.subarray(write(fd, rest))
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EINTR') continue
        return code === 'EAGAIN' ? rest : null
      }
    }
    return rest
  }

  // The last lines are the ones that are looked for.
  process.on('exit', flush)
  return { write: put }
}
