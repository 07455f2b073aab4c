import type { AuditOptions } from './actions.js'
import { commonOptions, withCommonOptions } from './common-options.js'
import { examples, type CommandSetup } from './program.js'
import { parseCount, parseMoment } from './times.js'

interface Flags extends Pick<AuditOptions, 'json' | 'limit'> {
  readonly principal?: string
  readonly protocol?: string
  readonly address?: string
  readonly kind?: string
  readonly since?: number
  readonly until?: number
}

/** `steward audit`: who did what. */
export function addAudit ({ program, actions, output, run }: CommandSetup): void {
  withCommonOptions(program.command('audit'))
    .summary('print who did what')
    .description('Prints who scheduled and who cancelled which actions, newest action first, as long as they are kept. Reads the ' +
      'database itself, also while the agent runs.')
    .option('--principal <name>', 'only what this principal did')
    .option('--protocol <name>', 'only what came through this protocol')
    .option('--address <address>', 'only what came from this address')
    .option('--kind <kind>', 'only actions of this kind')
    .option('--since <time>', 'only what was done at this moment or later (RFC 3339), or so long ago, for example 7d', parseMoment)
    .option('--until <time>', 'only what was done before this moment', parseMoment)
    .option('--limit <number>', 'at most so many actions', parseCount, 100)
    .option('--json', 'one JSON object per line instead of a table', false)
    .addHelpText('after', examples(
      'steward audit --since 24h',
      'steward audit --principal core --kind replicante.io/service.stop --json'
    ))
    .action(async ({ json, limit, address, principal, protocol, kind, since, until }: Flags, command) => {
      const filter = { principal, protocol, remoteAddress: address, kind, since, until }
      return run(() => actions.audit({ ...commonOptions(command), json, limit, filter: given(filter) }, output))
    })
}

/** The flags that were given. */
function given (filter: { [K in keyof AuditOptions['filter']]?: AuditOptions['filter'][K] | undefined }): AuditOptions['filter'] {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}
