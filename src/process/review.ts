import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import type { Command } from '../domain/ports/process.js'
import { isProgram, noProgram, prepareLaunch } from './launch.js'

/** What of commands cannot work on this machine, each once, to go on with after whose commands they are. */
export async function reviewCommands (commands: readonly Command[]): Promise<string[]> {
  const found = await Promise.all(commands.map(reviewCommand))
  return [...new Set(found.filter(doubt => doubt !== null))]
}

async function reviewCommand (command: Command): Promise<string | null> {
  const { argv: [program], cwd } = command
  const launch = await prepareLaunch(command).catch((error: Error) => error)
  if (launch instanceof Error) return launch.message
  if (!await isProgram(program, launch.env['PATH'])) return `${noProgram(program)} that can be executed`
  return cwd === undefined ? null : await reviewFolder(cwd)
}

async function reviewFolder (folder: string): Promise<string | null> {
  const found = await stat(folder).catch(() => null)
  if (found?.isDirectory() !== true) return `there is no folder ${folder}, which is to be the working folder`
  const mayEnter = await access(folder, constants.X_OK).then(() => true, () => false)
  return mayEnter ? null : `the folder ${folder}, which is to be the working folder, may not be entered`
}
