import { writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'

/** What a sink is made of. */
export interface SinkOptions {
  /** A file descriptor: 1 is standard output. */
  readonly fd: number
  /** Writes as much as it can, and says how many bytes that was. Default: to the file descriptor. */
  readonly write?: (fd: number, bytes: Uint8Array) => number
}

/** So much is kept for a destination that takes nothing just now: characters, and bytes of what it began to take. */
const keptLength = 1024 * 1024

/** How long to leave a full pipe alone, in milliseconds. */
const pauseMs = 10

const lineBreak = 10

/**
 * Where log lines go: those of one turn of the event loop in one write. A log must never hold up the agent: where
 * nothing can be written, because the disk is full or nobody reads, lines are lost, and one that says how many stands
 * in their place as soon as it can be written.
 */
export function createSink ({ fd, write = writeSync }: SinkOptions): DestinationStream {
  let lines: string[] = []
  let length = 0
  /** What is being written. It may begin in the middle of a line, or of a character. */
  let begun: Uint8Array = new Uint8Array(0)
  let lost = 0
  /** Whether the last that could be written is the beginning of a line, whose end is lost. */
  let torn = false
  let scheduled = false

  function put (line: string): void {
    // Once it is full there has to be room for many again: else each line would come with one that tells of others.
    const most = lost === 0 ? keptLength : keptLength / 2
    if (begun.length + length + line.length > most) {
      lost++
      return
    }
    if (lost > 0) tellLost()
    keep(line)
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  }

  function keep (line: string): void {
    lines.push(line)
    length += line.length
  }

  function tellLost (): void {
    keep(lineOfLost(lost))
    lost = 0
  }

  function flush (): void {
    scheduled = false
    while (takeNext()) {
      const { taken, failure } = writeAll(begun, bytes => write(fd, bytes))
      if (taken > 0) torn = begun[taken - 1] !== lineBreak
      begun = begun.subarray(taken)
      if (failure === null) continue
      if (failure !== 'EAGAIN') return giveUp()
      scheduled = true
      setTimeout(flush, pauseMs).unref()
      return
    }
  }

  /** False where there is nothing to write. */
  function takeNext (): boolean {
    if (begun.length > 0) return true
    if (lines.length === 0 && lost > 0) tellLost()
    if (lines.length === 0) return false
    begun = Buffer.from((torn ? '\n' : '') + lines.join(''))
    lines = []
    length = 0
    return true
  }

  function giveUp (): void {
    lost += lines.length + linesIn(begun)
    begun = new Uint8Array(0)
    lines = []
    length = 0
  }

  // The last lines are the ones that are looked for.
  process.on('exit', flush)
  return { write: put }
}

/** How many bytes were taken, and the code of what kept it from writing all of them. */
function writeAll (bytes: Uint8Array, write: (bytes: Uint8Array) => number): { taken: number, failure: string | null } {
  let taken = 0
  while (taken < bytes.length) {
    try {
      taken += write(bytes.subarray(taken))
    } catch (error) {
      const failure = String((error as NodeJS.ErrnoException).code)
      if (failure !== 'EINTR') return { taken, failure }
    }
  }
  return { taken, failure: null }
}

function lineOfLost (lines: number): string {
  return `{"level":"warn","time":"${new Date().toISOString()}","lines":${lines},"msg":"log lines were lost"}\n`
}

/** How many lines end in there. A break at the beginning ends one that is there already. */
function linesIn (bytes: Uint8Array): number {
  return bytes.reduce((count, byte, at) => byte === lineBreak && at > 0 ? count + 1 : count, 0)
}
