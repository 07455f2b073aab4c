import { addToken, revokeToken as revoke, TokenChangeError, type TokenFilePlace } from './access/tokens/token-changes.js'
import { readTokens, TokenFileError } from './access/tokens/token-file.js'
import { stateOf } from './access/tokens/token.js'
import type { CreateTokenOptions, ListTokensOptions, Output } from './cli/actions.js'
import { exitCodes, type ExitCode } from './cli/exit-codes.js'
import { tokenLines, tokenTable } from './cli/token-lines.js'
import type { Config } from './config/config.js'
import { ConfigError } from './config/load.js'
import { systemClock as clock } from './domain/clock.js'
import { formatInstant } from './rfc3339.js'

/** `steward token create`: only the token goes to standard output, so that a script can take it from there. */
export async function createToken (config: Config, options: CreateTokenOptions, output: Output): Promise<ExitCode> {
  const { name, scopes, expiresAt } = options
  return await explained(output, async () => {
    const { text, token } = await addToken(placeOf(config), { name, scopes, expiresAt })
    output.out(text)
    const until = expiresAt === null ? 'It never expires.' : `It expires at ${formatInstant(expiresAt)}.`
    output.err(`This is the token ${name} (${token.id}) with ${scopes.join(', ')}. ${until} It is not shown again.`)
  })
}

/** `steward token list`. */
export async function listTokens (config: Config, { json }: ListTokensOptions, output: Output): Promise<ExitCode> {
  return await explained(output, () => {
    const now = clock.now()
    const tokens = readTokens(placeOf(config).path).tokens.map(token => ({ ...token, state: stateOf(token, now) }))
    for (const line of json ? tokenLines(tokens) : tokenTable(tokens)) output.out(line)
  })
}

/** `steward token revoke`. */
export async function revokeToken (config: Config, which: string, output: Output): Promise<ExitCode> {
  return await explained(output, async () => {
    const { name, id, revokedAt } = await revoke(placeOf(config), which)
    output.out(revokedAt === null
      ? `The token ${name} (${id}) is revoked.`
      : `The token ${name} (${id}) was revoked at ${formatInstant(revokedAt)} already.`)
  })
}

function placeOf ({ access: { tokens_file: path } }: Config): TokenFilePlace {
  if (path !== null) return { path, clock }
  throw new ConfigError(['access.tokens_file is not set, so there is nowhere to keep tokens. Set it to a file that the ' +
    'agent can read, for example STEWARD_ACCESS_TOKENS_FILE=/var/lib/steward/tokens.json, here and for the agent.'])
}

/** What the system says when neither the command line nor the configuration is to blame. */
const diskTroubles = new Set(['EIO', 'ENOSPC', 'EDQUOT', 'EROFS'])

async function explained ({ err }: Output, command: () => Promise<void> | void): Promise<ExitCode> {
  try {
    await command()
    return exitCodes.ok
  } catch (error) {
    if (!(error instanceof TokenChangeError || error instanceof TokenFileError)) throw error
    err(`steward: ${error.message}`)
    return diskTroubles.has((error.cause as NodeJS.ErrnoException | undefined)?.code ?? '') ? exitCodes.inputOutput : exitCodes.usage
  }
}
