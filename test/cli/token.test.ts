import t from 'tap'
import type { CliActions } from '../../src/cli/actions.js'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { runCli } from '../../src/cli/run-cli.js'
import { tokenLines, tokenTable } from '../../src/cli/token-lines.js'

/** What the command line came to, and what its action was given before the output. */
async function run (...argv: string[]) {
  const err: string[] = []
  const calls: unknown[][] = []
  const actions = new Proxy({}, {
    get: (_target, name) => async (...args: unknown[]) => {
      calls.push([name, ...args.slice(0, -1)])
      return exitCodes.ok
    }
  }) as CliActions
  const output = { out: () => {}, err: (line: string) => { err.push(line) } }
  const code = await runCli({ argv: ['token', ...argv], version: '1.2.3', actions, output })
  return { code, calls, err: err.join('\n') }
}

t.test('each command calls its action with what the flags say', async t => {
  const create = ['create', '--name', 'core']
  const wanted = { set: {}, name: 'core', scopes: ['read'], expiresAt: null }
  const cases: Array<[string[], unknown[]]> = [
    [[...create, '--scope', 'read'], ['createToken', wanted]],
    [[...create, '--scope', 'read', '--scope', 'schedule:a.b/*', '--scope', 'read', '--config', 'f'],
      ['createToken', { ...wanted, scopes: ['read', 'schedule:a.b/*'], config: 'f' }]],
    [[...create, '--scope=read', '--expires', '2999-01-01T00:00:00Z'],
      ['createToken', { ...wanted, expiresAt: Date.UTC(2999, 0, 1) }]],
    [['list'], ['listTokens', { set: {}, json: false }]],
    [['list', '--json', '--set', 'access.tokens_file=t'],
      ['listTokens', { set: { 'access.tokens_file': 't' }, json: true }]],
    [['revoke', 'core'], ['revokeToken', 'core', { set: {} }]]
  ]
  for (const [argv, call] of cases) t.strictSame(await run(...argv), { code: 0, calls: [call], err: '' }, argv.join(' '))
})

t.test('a time from now on is minutes, hours or days', async t => {
  for (const [text, ms] of [['30m', 1_800_000], ['12h', 43_200_000], ['90d', 7_776_000_000]] as const) {
    const before = Date.now()
    const { calls: [call] } = await run('create', '--name', 'core', '--scope', 'read', '--expires', text)
    const { expiresAt } = call?.[1] as { expiresAt: number }
    t.ok(expiresAt >= before + ms && expiresAt <= Date.now() + ms, text)
  }
})

t.test('what makes no sense is refused with a sentence, and gives code 2', async t => {
  const good = ['create', '--name', 'core', '--scope', 'read']
  const cases: Array<[string[], RegExp]> = [
    [['create', '--scope', 'read'], /'--name <name>' not specified/],
    [['create', '--name', 'core'], /'--scope <scope>' not specified/],
    [['create', '--scope', 'read', '--name', 'local'], /neither local nor anonymous/],
    [['create', '--scope', 'read', '--name', 'a b'], /letters, digits/],
    [['create', '--scope', 'read', '--name', 'x'.repeat(65)], /1 to 64/],
    [['create', '--name', 'core', '--scope', 'write'], /must be read, cancel, schedule/],
    [['create', '--name', 'core', '--scope', 'schedule:'], /schedule:KINDS/],
    [['create', '--name', 'core', '--scope', 'schedule:a b'], /schedule:KINDS/],
    ...['0d', '90', '90x', '-1d', '1.5h', '2020-01-01T00:00:00Z', '2999-01-01', ''].map((text): [string[], RegExp] =>
      [[...good, '--expires', text], /a moment in the future/]),
    [['revoke'], /missing required argument 'token'/],
    [['lst'], /unknown command 'lst'/]
  ]
  for (const [argv, expected] of cases) {
    const { code, calls, err } = await run(...argv)
    t.strictSame({ code, calls }, { code: 2, calls: [] }, argv.join(' '))
    t.match(err, expected)
  }
})

t.test('lists are for people and for programs, and never have a hash', async t => {
  const token = {
    ...{ id: '0123456789ab', name: 'core', hash: 'f'.repeat(64), scopes: ['read', 'cancel'] as const, state: 'revoked' as const },
    ...{ createdAt: 0, expiresAt: null, revokedAt: 1000 }
  }
  t.strictSame(tokenTable([token]), [
    'NAME  ID            STATE    SCOPES       CREATED                   EXPIRES  REVOKED',
    'core  0123456789ab  revoked  read cancel  1970-01-01T00:00:00.000Z  never    1970-01-01T00:00:01.000Z'
  ])
  t.strictSame(tokenLines([token]).map(line => JSON.parse(line) as unknown), [{
    ...{ id: '0123456789ab', name: 'core', scopes: ['read', 'cancel'], state: 'revoked' },
    ...{ created_at: '1970-01-01T00:00:00.000Z', expires_at: null, revoked_at: '1970-01-01T00:00:01.000Z' }
  }])
})
