import { InvalidArgumentError } from 'commander'
import { isPrincipalName, isScope, principalNameInWords, scopeInWords } from '../domain/access-words.js'
import type { Instant } from '../domain/clock.js'
import type { Scope } from '../domain/ports/access.js'
import { commonOptions, withCommonOptions } from './common-options.js'
import { examples, type CommandSetup } from './program.js'
import { parseFuture } from './times.js'

interface CreateFlags {
  readonly name: string
  readonly scope: readonly Scope[]
  readonly expires?: Instant
}

/** `steward token create`, `list` and `revoke`: the file of the tokens, whether an agent runs or not. */
export function addToken ({ program, actions, output, run }: CommandSetup): void {
  const token = program.command('token')
    .summary('make, list and revoke the tokens that the agent takes')
    .description('Makes, lists and revokes the tokens that the agent takes. They are in the file that access.tokens_file ' +
      'names, as hashes. An agent that runs sees a change within a second.')
    .addHelpText('after', examples(
      'steward token create --name core --scope read --scope \'schedule:postgresql.steward/*\' --expires 90d',
      'steward token list',
      'steward token revoke core'
    ))

  withCommonOptions(token.command('create'))
    .summary('make a token')
    .description('Makes a token and prints it, this once: nothing but its hash is kept.')
    .requiredOption('--name <name>', 'what its holder is called in the log and in the audit', parseName)
    .requiredOption('--scope <scope>', `what it may do: ${scopeInWords}; repeatable`, collectScope)
    .option('--expires <time>', 'when it ends: a time from now on, such as 90d, or a moment (RFC 3339); without it, never', parseFuture)
    .addHelpText('after', examples('TOKEN=$(steward token create --name core --scope read --scope schedule --scope cancel)'))
    .action(async ({ name, scope, expires }: CreateFlags, command) => {
      const wanted = { name, scopes: scope, expiresAt: expires ?? null }
      return run(() => actions.createToken({ ...commonOptions(command), ...wanted }, output))
    })

  withCommonOptions(token.command('list'))
    .summary('list the tokens')
    .description('Lists the tokens with what they may do, also those that have expired or were revoked.')
    .option('--json', 'one JSON object per line instead of a table', false)
    .addHelpText('after', examples('steward token list'))
    .action(async ({ json }: { json: boolean }, command) =>
      run(() => actions.listTokens({ ...commonOptions(command), json }, output)))

  withCommonOptions(token.command('revoke'))
    .argument('<token>', 'its name or its id')
    .summary('revoke a token')
    .description('Revokes a token, for ever. An agent that runs refuses it within a second.')
    .addHelpText('after', examples('steward token revoke core'))
    .action(async (which: string, _options, command) =>
      run(() => actions.revokeToken(which, commonOptions(command), output)))
}

function parseName (text: string): string {
  if (!isPrincipalName(text)) throw new InvalidArgumentError(`It must be ${principalNameInWords}.`)
  return text
}

function collectScope (text: string, earlier: readonly Scope[] = []): readonly Scope[] {
  if (!isScope(text)) throw new InvalidArgumentError(`It must be ${scopeInWords}.`)
  return earlier.includes(text) ? earlier : [...earlier, text]
}
