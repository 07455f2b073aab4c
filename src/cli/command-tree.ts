import type { Argument, Command, Option } from 'commander'

/** What a shell can offer for a value: words of its own, files, or what the agent is asked for. */
export type Completion = readonly string[] | 'files' | 'kinds' | 'ids' | 'keys' | 'nothing'

/** A flag of a command. */
export interface FlagNode {
  /** As they are typed: `-o`, `--output`. */
  readonly names: readonly string[]
  readonly description: string
  /** Null: it takes no value. */
  readonly value: Completion | null
}

/** An argument of a command. */
export interface ArgumentNode {
  readonly name: string
  readonly value: Completion
  /** Any number of them. The last argument alone can be so. */
  readonly variadic: boolean
}

/** A command of the program. */
export interface CommandNode {
  /** The words that lead to it: none for the program itself. */
  readonly path: readonly string[]
  readonly summary: string
  readonly flags: readonly FlagNode[]
  readonly args: readonly ArgumentNode[]
  readonly commands: readonly CommandNode[]
}

/** The commands of a program, with all that its help shows. Hidden ones are not among them. */
export function commandTree (command: Command, path: readonly string[] = []): CommandNode {
  const help = command.createHelp()
  return {
    path,
    summary: help.subcommandDescription(command),
    flags: help.visibleOptions(command).map(flagOf),
    args: command.registeredArguments.map(argumentOf),
    commands: help.visibleCommands(command).map(child => commandTree(child, [...path, child.name()]))
  }
}

/** A command and all below it, each before those below it. */
export function everyCommand (node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(everyCommand)]
}

function flagOf (option: Option): FlagNode {
  const { short, long, description, required, optional, argChoices } = option
  const names = [short, long].filter(name => name !== undefined)
  const placeholder = /[<[](.+?)(\.\.\.)?[>\]]/.exec(option.flags)?.[1] ?? ''
  return { names, description, value: required || optional ? argChoices ?? completionOf(placeholder) : null }
}

function argumentOf (argument: Argument): ArgumentNode {
  const name = argument.name()
  return { name, value: argument.argChoices ?? completionOf(name), variadic: argument.variadic }
}

/** What is to be typed is told by the name that the help gives it. */
const completions: Readonly<Record<string, Completion>> = {
  file: 'files',
  kind: 'kinds',
  id: 'ids',
  'key=value': 'keys',
  states: ['NEW', 'RUNNING', 'DONE', 'FAILED']
}

function completionOf (placeholder: string): Completion {
  return completions[placeholder] ?? 'nothing'
}
