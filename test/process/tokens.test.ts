import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { runProgram, startProgram } from '../support/program.js'

const env = { STEWARD_ACCESS_TOKENS_FILE: 'tokens.json' }
const ping = 'agent.replicante.io/test.ping'

async function create (folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(['token', 'create', ...args], { folder, env })
  if (code !== 0) throw new Error(stderr)
  return stdout.trim()
}

async function open (t: Test) {
  const folder = t.testdir()
  const program = await startProgram(t, { folder, env: { ...env, STEWARD_ACCESS_LOCAL_SCOPES: '[]' } })
  const ask = async (token: string | null, kind?: string): Promise<Response> => await fetch(`${program.url}/api/v1/actions`, {
    headers: { 'content-type': 'application/json', ...token === null ? {} : { authorization: `Bearer ${token}` } },
    ...kind === undefined ? {} : { method: 'POST', body: JSON.stringify({ kind }) }
  })
  return { folder, program, ask }
}

/** Everything in the files of a folder, and of those in it. */
function contentOf (folder: string): string {
  return readdirSync(folder).map(name => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? contentOf(path) : readFileSync(path, 'latin1')
  }).join('\n')
}

t.test('a running agent takes a token that was made meanwhile, for just what it may, until it is revoked', async t => {
  const { folder, program, ask } = await open(t)
  t.equal((await ask(null)).status, 401, 'who is on this machine must show a token too')

  const token = await create(folder, '--name', 'core', '--scope', 'read', '--scope', 'schedule:agent.replicante.io/*')
  await eventually('the token is taken', async () => (await ask(token)).status === 200)
  const scheduled = await ask(token, ping)
  const { id } = await scheduled.json() as { id: string }
  const statuses = {
    schedule: scheduled.status,
    other: (await ask(token, 'sqlite.steward/vacuum')).status,
    cancel: (await fetch(`${program.url}/api/v1/actions/${id}/cancel`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    })).status,
    nothing: (await ask(null, ping)).status
  }
  t.strictSame(statuses, { schedule: 202, other: 403, cancel: 403, nothing: 401 })

  const revoked = await runProgram(['token', 'revoke', 'core'], { folder, env })
  t.match(revoked, { code: 0, stdout: /^The token core \([0-9a-f]{12}\) is revoked\.\n$/ })
  await eventually('the token is refused', async () => (await ask(token)).status === 401)
  t.match(await (await ask(token)).json(), { detail: /the token has been revoked/ })

  program.kill('SIGTERM')
  await program.exited
  const secret = token.slice('stw_000000000000_'.length)
  t.match(program.output(), /"a login failed"/)
  t.match(program.output(), token.slice(4, 16), 'the log has the id')
  t.notOk(program.output().includes(secret), 'and not the secret')
  t.notOk(contentOf(folder).includes(secret), 'nor has the database, or any other file')
})

t.test('tokens that are made at once are all kept; the list shows them without their hashes', async t => {
  const folder = t.testdir()
  const names = ['a', 'b', 'c', 'd']

  const tokens = await Promise.all(names.map(async name => await create(folder, '--name', name, '--scope', 'read')))

  t.equal(new Set(tokens).size, names.length)
  for (const token of tokens) t.match(token, /^stw_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/, 'nothing but the token is printed')
  const { stdout, code } = await runProgram(['token', 'list', '--json'], { folder, env })
  t.equal(code, 0)
  const listed = stdout.trim().split('\n').map(line => JSON.parse(line) as { name: string, id: string, state: string })
  t.strictSame(listed.map(({ name, id, state }) => `${name} ${id} ${state}`).sort(),
    tokens.map((token, index) => `${names[index]} ${token.slice(4, 16)} valid`))
  t.notMatch(stdout, /[0-9a-f]{64}/)
  t.match(await runProgram(['check'], { folder, env }), { code: 0, stdout: /tokens\.json has 4 valid tokens\./ })
})

t.test('where nothing says where tokens are kept: 2, and what to set', async t => {
  const { code, stdout, stderr } = await runProgram(['token', 'create', '--name', 'core', '--scope', 'read'], { folder: t.testdir() })

  t.equal(code, 2)
  t.equal(stdout, '')
  t.match(stderr, /access\.tokens_file is not set.*STEWARD_ACCESS_TOKENS_FILE/)
})
