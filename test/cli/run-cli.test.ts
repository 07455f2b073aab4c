import t from 'tap'
import type { CliActions } from '../../src/cli/actions.js'
import { exitCodes } from '../../src/cli/exit-codes.js'
import { runCli } from '../../src/cli/run-cli.js'

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** The name of the action that was called, and what it was given before the output. */
  readonly calls: readonly unknown[][]
}

async function run (argv: readonly string[], overrides: Partial<CliActions> = {}): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const calls: unknown[][] = []
  const record = (name: string) => async (...args: unknown[]) => {
    calls.push([name, ...args.slice(0, -1)])
    return exitCodes.ok
  }
  const actions: CliActions = {
    serve: record('serve'),
    check: record('check'),
    migrate: record('migrate'),
    backup: record('backup'),
    audit: record('audit'),
    createToken: record('createToken'),
    listTokens: record('listTokens'),
    revokeToken: record('revokeToken'),
    openapi: record('openapi'),
    ...overrides
  }
  const output = { out: (line: string) => { out.push(line) }, err: (line: string) => { err.push(line) } }
  const code = await runCli({ argv, version: '1.2.3', actions, output })
  return { code, out: out.join('\n'), err: err.join('\n'), calls }
}

t.test('each command calls its action with what the flags say', async t => {
  const cases: Array<[string[], unknown[]]> = [
    [['serve'], ['serve', { set: {} }]],
    [['serve', '--config', 'f', '--bind', 'h:1', '--db', 'd', '--set', 'a=1', '--set', 'b=c=d', '--set', 'e='],
      ['serve', { config: 'f', set: { a: '1', b: 'c=d', e: '', bind: 'h:1', db: 'd' } }]],
    [['check'], ['check', { set: {}, print: false }]],
    [['check', '--print'], ['check', { set: {}, print: true }]],
    [['migrate', '--db=x'], ['migrate', { set: { db: 'x' } }]],
    [['backup', 'to.db'], ['backup', 'to.db', { set: {} }]],
    [['openapi'], ['openapi', { set: {}, document: null, list: false }]],
    [['openapi', 'steward.v1', '--list'], ['openapi', { set: {}, document: 'steward.v1', list: true }]]
  ]
  for (const [argv, call] of cases) {
    const { code, calls, err } = await run(argv)
    t.strictSame({ code, calls, err }, { code: 0, calls: [call], err: '' }, argv.join(' '))
  }
})

t.test('the code of the action is the code of the command', async t => {
  const { code } = await run(['serve'], { serve: async () => exitCodes.databaseBusy })

  t.equal(code, 3)
})

t.test('an error of an action is told in one line and gives code 1', async t => {
  const { code, err } = await run(['migrate'], { migrate: async () => { throw new Error('no luck') } })

  t.equal(code, 1)
  t.equal(err, 'steward: no luck')
})

t.test('without arguments the help is printed', async t => {
  const { code, out, calls } = await run([])

  t.equal(code, 0)
  t.match(out, /Usage: steward/)
  t.match(out, /3 {2}the database is in use by another process/)
  t.strictSame(calls, [])
})

t.test('--help of every command shows an example and runs nothing', async t => {
  for (const command of ['serve', 'check', 'migrate', 'backup', 'openapi']) {
    for (const argv of [[command, '--help'], ['help', command]]) {
      const { code, out, calls } = await run(argv)
      t.equal(code, 0)
      t.match(out, `Examples:\n  steward ${command}`)
      t.strictSame(calls, [])
    }
  }
})

t.test('--version prints the version', async t => {
  const { code, out } = await run(['--version'])

  t.strictSame({ code, out }, { code: 0, out: '1.2.3' })
})

t.test('a wrong command line is told in a sentence, with the nearest right one, and gives code 2', async t => {
  const cases: Array<[string[], RegExp]> = [
    [['srve'], /unknown command 'srve'\n\(Did you mean serve\?\)/],
    [['serve', '--bnd', 'x'], /unknown option '--bnd'\n\(Did you mean --bind\?\)/],
    [['serve', 'extra'], /too many arguments/],
    [['serve', '--set', 'novalue'], /It must be KEY=VALUE/],
    [['serve', '--bind'], /argument missing/],
    [['backup'], /missing required argument 'file'/]
  ]
  for (const [argv, expected] of cases) {
    const { code, err, calls } = await run(argv)
    t.equal(code, 2, argv.join(' '))
    t.match(err, expected)
    t.strictSame(calls, [])
  }
})
