import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Answer, Command } from '../contenders/protocol.js'
import { NotMeasured } from './scenario.js'

/** A contender in a process of its own. */
export interface ContenderProcess {
  /** Has it carry out one command; resolves with the answer's value. */
  ask<T> (command: Command): Promise<T>
  /** Ends it, and the server that it may have started. */
  close (): Promise<void>
}

/** Which contender, and how. */
export interface ContenderOptions {
  readonly name: string
  readonly durable: boolean
  /** Its files come here. */
  readonly folder: string
}

const program = fileURLToPath(new URL('../contenders/child.ts', import.meta.url))

/**
 * Starts a contender; resolves when it is open.
 * @throws NotMeasured where what it needs is not installed
 */
export async function startContender ({ name, durable, folder }: ContenderOptions): Promise<ContenderProcess> {
  const errors = join(folder, 'stderr')
  const file = openSync(errors, 'w')
  const child = spawn(process.execPath, ['--import=tsx', program, JSON.stringify({ name, durable, folder })], {
    stdio: ['pipe', 'pipe', file]
  })
  closeSync(file)
  const answers = readAnswers(child, errors)
  try {
    await answers()
  } catch (error) {
    await end(child)
    throw error
  }
  return {
    async ask<T> (command: Command): Promise<T> {
      child.stdin?.write(`${JSON.stringify(command)}\n`)
      return await answers() as T
    },
    close: async () => await end(child)
  }
}

/** A function that gives the next answer. Lines of the contender's own are passed over. */
function readAnswers (child: ChildProcess, errors: string): () => Promise<unknown> {
  if (child.stdout === null) throw new Error('the contender has no output')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async () => {
    for (;;) {
      const { value: line, done } = await lines.next()
      if (done === true) throw new Error(`it ended: ${readFileSync(errors, 'utf8').slice(-2000)}`)
      if (!line.startsWith('{"answer":')) continue
      const { answer } = JSON.parse(line) as { answer: Answer }
      if ('value' in answer) return answer.value
      throw answer.absent ? new NotMeasured(answer.error) : new Error(answer.error)
    }
  }
}

/** The end of its input tells it to close. One that does not is killed. */
async function end (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const limit = setTimeout(() => { child.kill('SIGKILL') }, 15_000)
  const ended = once(child, 'exit')
  child.stdin?.end()
  await ended
  clearTimeout(limit)
}
