import type { Command } from 'commander'
import { AgentRefusal, AgentUnreachable } from '../../client/errors.js'
import type { StewardClient } from '../../client/model.js'
import type { Output } from '../actions.js'
import { exitCodes, type ExitCode } from '../exit-codes.js'
import type { CommandSetup } from '../program.js'
import { shellLine } from '../../shell-quote.js'
import { visibleLines } from '../table.js'
import { CommandTrouble } from './command-trouble.js'
import { clientOf, ConnectionError, connectionWords, type ConnectionFlags } from './connection.js'

/** What a client command is handed. */
export interface Remote extends Output {
  readonly client: StewardClient
  /** Aborted by Ctrl-C, and by SIGTERM as `timeout` sends it. */
  readonly signal: AbortSignal
  /** The line to type for another command to the same agent. */
  readonly lineFor: (...words: readonly string[]) => string
}

/** What a client command does: with the agent, its flags, and its arguments. */
export type RemoteWork<Flags> = (remote: Remote, flags: Flags, args: readonly string[]) => Promise<ExitCode>

/**
 * The action of a client command: connects as its flags and the environment say, tells of trouble in words, and ends
 * with the code that the trouble has. Ctrl-C and SIGTERM abort the signal.
 */
export function remotely<Flags extends object> ({ run, output }: CommandSetup, work: RemoteWork<Flags>): Action {
  return async function (this: Command) {
    await run(async () => await connected(output, this, remote => work(remote, this.opts<Flags>(), this.args)))
  }
}

type Action = (this: Command) => Promise<void>

const endingSignals = ['SIGINT', 'SIGTERM'] as const

async function connected (
  output: Output, command: Command, work: (remote: Remote) => Promise<ExitCode>
): Promise<ExitCode> {
  const interrupt = new AbortController()
  let cutShort: ExitCode = exitCodes.interrupted
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGTERM') cutShort = exitCodes.terminated
    interrupt.abort()
  }
  // Once: a second one ends the process as if nobody listened.
  for (const signal of endingSignals) process.once(signal, onSignal)
  let client: StewardClient | null = null
  try {
    client = clientOf(command, process.env)
    const lineFor = (...words: readonly string[]): string =>
      shellLine(['steward', ...words, ...connectionWords(command.opts<ConnectionFlags>())])
    const code = await work({ ...output, client, signal: interrupt.signal, lineFor })
    return code === exitCodes.interrupted ? cutShort : code
  } catch (error) {
    return interrupt.signal.aborted ? cutShort : explain(error, output)
  } finally {
    for (const signal of endingSignals) process.off(signal, onSignal)
    await client?.close()
  }
}

/** Tells of an error that a user can do something about, and gives its exit code; throws any other. */
function explain (error: unknown, { err }: Output): ExitCode {
  if (error instanceof ConnectionError) {
    err(`steward: ${visibleLines(error.message)}`)
    return exitCodes.usage
  }
  if (error instanceof CommandTrouble) {
    err(`steward: ${visibleLines(error.message)}`)
    return error.code
  }
  if (error instanceof AgentUnreachable) {
    err(`steward: ${visibleLines(error.message)} ${adviceOnTrouble(error)}`)
    return exitCodes.unreachable
  }
  if (error instanceof AgentRefusal) {
    err(`steward: ${visibleLines(error.message)}${adviceOn(error)}`)
    if (error.problem === null && error.requestId === null) err('steward: this may be no Steward: see --url.')
    return codeOf(error)
  }
  throw error
}

/** What to do about an agent that does not answer. */
function adviceOnTrouble ({ code, message }: AgentUnreachable): string {
  if (code !== null && /UNABLE_TO|SELF_SIGNED/.test(code)) return 'Name its authority with --cacert or STEWARD_CACERT.'
  // Node tells no more of the alert that the agent sends.
  if (message.includes('https://') && (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET')) {
    return 'So ends a connection without a certificate that the agent takes: see --cert and --key.'
  }
  return 'Does it run? Name another with --url or STEWARD_URL.'
}

function adviceOn ({ status }: AgentRefusal): string {
  return status === 401 ? ' Show a token with STEWARD_TOKEN or --token-file.' : ''
}

const codesByStatus: Readonly<Record<number, ExitCode>> = {
  400: exitCodes.usage,
  401: exitCodes.notAllowed,
  403: exitCodes.notAllowed,
  404: exitCodes.notFound
}

/** The exit code of a refusal. */
export function codeOf ({ status, code }: AgentRefusal): ExitCode {
  // Not who asks is the matter, but what the agent does now.
  if (code === 'actions-disabled') return exitCodes.refused
  return code === 'unknown-kind' ? exitCodes.notFound : codesByStatus[status] ?? exitCodes.refused
}
