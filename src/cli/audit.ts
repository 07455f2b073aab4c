import { InvalidArgumentError } from 'commander'
import { systemClock } from '../domain/clock.js'
import { parseInstant } from '../rfc3339.js'
import type { AuditOptions } from './actions.js'
import { commonOptions, withCommonOptions } from './common-options.js'
import { examples, type CommandSetup } from './program.js'

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
    .option('--limit <number>', 'at most so many actions', parseLimit, 100)
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

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

function parseMoment (text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined) return systemClock.now() - Number(count) * units[unit as keyof typeof units]
  const at = parseInstant(text)
  if (at === null) throw new InvalidArgumentError('It must be a time such as 2026-11-21T07:00:00Z, or how long ago, such as 90m, 24h or 7d.')
  return at
}

function parseLimit (text: string): number {
  const limit = Number(text)
  if (!Number.isSafeInteger(limit) || limit < 1) throw new InvalidArgumentError('It must be a number from 1.')
  return limit
}
