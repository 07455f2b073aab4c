import { connect, type Socket } from 'node:net'
import { codeOf, WordRefused, ZookeeperTrouble } from './trouble.js'

/** Bytes. The answers that are asked for are some hundred bytes long. */
const longestAnswer = 65_536

/** A word, and the server that is asked with it. */
export interface FourLetterQuestion {
  /** `srvr`: the server's state. `conf`: its configuration. Neither changes anything. */
  readonly word: 'srvr' | 'conf'
  readonly host: string
  /** The port of clients without TLS. */
  readonly port: number
  /** Ends the connection. */
  readonly signal: AbortSignal
}

/**
 * The whole answer to a four-letter word. Each has a connection of its own, which the server closes after the answer
 * (ZooKeeper Administrator's Guide, "The Four Letter Words").
 * @throws WordRefused when the server does not allow the word; ZookeeperTrouble when it cannot be reached, or does not
 * answer as one would; the signal's reason once it is aborted
 */
export async function askFourLetter ({ word, host, port, signal }: FourLetterQuestion): Promise<string> {
  const answer = await exchange({ word, host, port, signal })
  if (answer === '') {
    throw new ZookeeperTrouble(`${host}:${port} closes connections without an answer: it may have too many (maxClientCnxns)`)
  }
  if (answer.includes('is not executed because it is not in the whitelist')) {
    throw new WordRefused(`it does not allow the four-letter word ${word} (4lw.commands.whitelist in zoo.cfg)`)
  }
  return answer
}

async function exchange ({ word, host, port, signal }: FourLetterQuestion): Promise<string> {
  signal.throwIfAborted()
  const socket = connect({ host, port, signal })
  // Whatever comes after the answer interests nobody, and must not end the process.
  socket.on('error', () => {})
  try {
    // Not `end`: a server that sees the end of its input first may close the connection without an answer.
    socket.write(word)
    return await readToEnd(socket)
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof ZookeeperTrouble ? error : connectionTrouble(error, `${host}:${port}`)
  } finally {
    socket.destroy()
  }
}

function connectionTrouble (error: unknown, place: string): ZookeeperTrouble {
  return new ZookeeperTrouble(`the connection to ${place} failed (${codeOf(error)})`, error)
}

async function readToEnd (socket: Socket): Promise<string> {
  let answer = ''
  for await (const part of socket.setEncoding('latin1')) {
    answer += part as string
    if (answer.length > longestAnswer) {
      throw new ZookeeperTrouble(`it sends more than ${longestAnswer} bytes, which no ZooKeeper server does`)
    }
  }
  return answer
}
