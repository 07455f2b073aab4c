import { Argument } from 'commander'
import { commandTree } from './command-tree.js'
import { bashCompletion } from './completion-bash.js'
import { fishCompletion } from './completion-fish.js'
import { zshCompletion } from './completion-zsh.js'
import { exitCodes } from './exit-codes.js'
import { examples, type CommandSetup } from './program.js'

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

/** `steward completion bash|zsh|fish`: the script that teaches a shell the commands. */
export function addCompletion ({ program, output, run }: CommandSetup): void {
  program.command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .summary('print the script that completes commands in a shell')
    .description('Prints a script with which a shell completes commands, flags and their values, and, from the agent, kinds, ' +
      'ids and arguments. Its first lines say where it belongs.')
    .addHelpText('after', examples(
      'source <(steward completion bash)',
      'mkdir -p ~/.zfunc && steward completion zsh > ~/.zfunc/_steward',
      'steward completion fish > ~/.config/fish/completions/steward.fish'
    ))
    .action(async (shell: keyof typeof shells) => {
      await run(async () => {
        output.out(shells[shell](commandTree(program)).trimEnd())
        return exitCodes.ok
      })
    })
}
