import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { exitCodes } from '../exit-codes.js'
import { CommandTrouble } from './command-trouble.js'

/** The most that an agent can be told to take. What never ends, such as a device, is given up here. */
const mostBytes = 1024 ** 3

/**
 * The text of a file; null: of standard input. Rejects with the signal's reason as soon as it is aborted, and with
 * `CommandTrouble` for what cannot be read, is too large, or is not UTF-8.
 */
export async function readText (file: string | null, signal: AbortSignal): Promise<string> {
  try {
    // Not at one go: a process that waits for its input would not notice Ctrl-C.
    const stream = addAbortSignal(signal, file === null ? process.stdin : createReadStream(file))
    const pieces: Buffer[] = []
    let bytes = 0
    for await (const piece of stream as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > mostBytes) throw new Error('it is larger than 1 GiB')
      pieces.push(piece)
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandTrouble(exitCodes.usage, `${file ?? 'standard input'} cannot be read: ${reason}.`)
  }
}
