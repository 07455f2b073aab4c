import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Job, JobRunner } from '../domain/ports/process.js'

const keptStderrCharacters = 16 * 1024

/** This program runs as built JavaScript, and in tests as TypeScript: the module beside this one ends likewise. */
const watchModule = new URL(`./job-watch${extname(import.meta.url)}`, import.meta.url)

/** How a job runner works. */
export interface JobRunnerOptions {
  /** Options of Node itself for the children. Default: those of this process, with which it loads its own modules. */
  readonly execArgv?: readonly string[]
}

/**
 * Makes a runner of jobs: modules of this program in child processes. A job ends with the agent, however the agent dies
 * and whatever the job is doing.
 */
export function createJobRunner ({ execArgv = process.execArgv }: JobRunnerOptions = {}): JobRunner {
  return {
    run: async job => {
      job.signal.throwIfAborted()
      return await follow(job, start(job, execArgv))
    }
  }
}

function start ({ module, input }: Job, execArgv: readonly string[]): ChildProcess {
  return fork(fileURLToPath(module), [JSON.stringify(input)], {
    // A debugger's port can be had once only.
    execArgv: [...execArgv.filter(argument => !argument.startsWith('--inspect')), '--import', watchModule.href],
    // Nothing is written to standard input: the job watches it to learn of the agent's end.
    stdio: ['pipe', 'ignore', 'pipe', 'ipc']
  })
}

type Verdict = { readonly result: unknown } | { readonly error: string }

async function follow (job: Job, child: ChildProcess): Promise<unknown> {
  const seen: { verdict: Verdict | null, refusal: { error: unknown } | null } = { verdict: null, refusal: null }
  let delivered: Promise<void> = Promise.resolve()
  const stderr = keepEnd(child)
  const kill = (): void => { child.kill('SIGKILL') }

  async function deliver (message: unknown): Promise<void> {
    if (seen.refusal !== null || job.signal.aborted) return
    try {
      await job.onMessage?.(message)
    } catch (error) {
      seen.refusal = { error }
      kill()
    }
  }

  child.on('message', message => {
    const verdict = readVerdict(message)
    if (verdict === null) delivered = delivered.then(() => deliver(message))
    else seen.verdict = verdict
  })
  job.signal.addEventListener('abort', kill)
  try {
    const ending = await closed(child)
    await delivered
    job.signal.throwIfAborted()
    if (seen.refusal !== null) throw seen.refusal.error
    return settle({ verdict: seen.verdict, ending, stderr: stderr() })
  } finally {
    job.signal.removeEventListener('abort', kill)
  }
}

/** Resolves, with how it ended, when the child has exited and everything it sent has been received. */
function closed (child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', error => { if (child.pid === undefined) reject(error) })
    child.once('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })
}

function settle ({ verdict, ending, stderr }: { verdict: Verdict | null, ending: string, stderr: string }): unknown {
  if (verdict === null) throw new Error(`A job ended without a result (${ending}).${stderr === '' ? '' : `\n${stderr}`}`)
  if ('error' in verdict) throw new Error(verdict.error)
  return verdict.result
}

function readVerdict (message: unknown): Verdict | null {
  if (typeof message !== 'object' || message === null) return null
  if ('result' in message) return { result: message.result }
  return 'error' in message ? { error: String(message.error) } : null
}

function keepEnd (child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => { text = (text + chunk).slice(-keptStderrCharacters) })
  return () => text.trim()
}
