#!/usr/bin/env node
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { CliActions, Output } from './cli/actions.js'
import { exitCodes } from './cli/exit-codes.js'
import { runCli } from './cli/run-cli.js'
import { agentVersion } from './info/version.js'

/** The agent's own code, loaded when a command needs it: the client commands start in half the time without it. */
const local = async (): Promise<CliActions> => (await import('./local-commands.js')).cliActions

const cliActions: CliActions = {
  serve: async (...given) => await (await local()).serve(...given),
  check: async (...given) => await (await local()).check(...given),
  migrate: async (...given) => await (await local()).migrate(...given),
  backup: async (...given) => await (await local()).backup(...given),
  audit: async (...given) => await (await local()).audit(...given),
  createToken: async (...given) => await (await local()).createToken(...given),
  listTokens: async (...given) => await (await local()).listTokens(...given),
  revokeToken: async (...given) => await (await local()).revokeToken(...given),
  openapi: async (...given) => await (await local()).openapi(...given)
}

/** So long a command has, in milliseconds, to end by itself when nobody reads its output any more. */
const lastWordsMs = 200

/** A reader that has seen enough, as in `steward openapi | head`, is no error. What ends now keeps its own code. */
function endWithReader (error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') {
    setTimeout(() => { process.exit(process.exitCode ?? exitCodes.ok) }, lastWordsMs)
    return
  }
  writeError(`steward: standard output cannot be written: ${error.message}`)
  process.exit(exitCodes.inputOutput)
}

/** Nobody can be told that standard error takes nothing, because its disk is full or nobody reads: the work goes on. */
function writeError (line: string): void {
  process.stderr.write(`${line}\n`, () => {})
}

/** Resolves when a reader has taken all that was written, however long that takes; or will never. */
async function written ({ stdout }: NodeJS.Process): Promise<void> {
  if (stdout.writableLength > 0) await new Promise<void>(resolve => { stdout.write('', () => { resolve() }) })
}

/** Carries out a command line and sets the exit code of the process. */
export async function main (argv: readonly string[]): Promise<void> {
  process.setSourceMapsEnabled(true)
  process.stdout.on('error', endWithReader)
  process.stderr.on('error', () => {})
  const output: Output = {
    out: line => { process.stdout.write(`${line}\n`) },
    err: writeError,
    terminal: {
      out: process.stdout.isTTY,
      err: process.stderr.isTTY,
      colours: !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
      // Some terminals say that they have none.
      columns: () => process.stderr.columns || process.stdout.columns || 80,
      rows: () => process.stderr.rows || process.stdout.rows || 24,
      draw: text => { process.stderr.write(text) }
    }
  }
  process.exitCode = await runCli({ argv, version: agentVersion().number, actions: cliActions, output })
  await written(process)
  // A run that ignored its signal must not keep the process: by now it is on disk as what it is.
  setTimeout(() => { process.exit() }, 1000).unref()
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2))
}
