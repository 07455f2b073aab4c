import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import type { Kind } from '../../../src/client/model.js'
import { argumentRows } from '../../../src/cli/remote/kind-arguments.js'
import { curlLine, runLine } from '../../../src/cli/remote/kind-examples.js'
import { builtProgram, runProgram, startProgram, type Ran } from '../../support/program.js'

const folder = t.testdir()
writeFileSync(join(folder, 'steward'), `#!/bin/sh\nexec '${process.execPath}' '${builtProgram}' "$@"\n`, { mode: 0o755 })
const { url } = await startProgram(t, { folder })
const env = { STEWARD_URL: url }

async function kinds (...args: string[]): Promise<Ran> {
  return await runProgram(['kinds', ...args], { folder, env })
}

async function inShell (line: string): Promise<string> {
  const PATH = `${folder}:${process.env['PATH'] ?? ''}`
  return (await promisify(execFile)('sh', ['-c', line], { cwd: folder, env: { PATH, ...env } })).stdout
}

t.test('lists the kinds with what they do', async t => {
  const { code, stdout } = await kinds()

  t.equal(code, 0)
  t.match(stdout, /^KIND +SUMMARY\nagent\.replicante\.io\/debug\.fail +Fail at once\.\n/)
  t.match(JSON.parse((await kinds('-o', 'json')).stdout), [{ kind: 'agent.replicante.io/debug.fail', on_interrupt: 'resume' }])
})

t.test('the examples of every kind work as they are printed, by the program and by curl', async t => {
  const all = JSON.parse((await kinds('-o', 'json')).stdout) as Kind[]
  const telling = all.filter(({ example }) => Object.keys(example ?? {}).length > 0)
  t.ok(telling.length >= 3)
  for (const { kind, example } of [...telling, all[0]!]) {
    const { stdout } = await kinds(kind)
    const [run = '', curl = ''] = stdout.split('\n').filter(line => /^ {2}(steward|curl) /.test(line))
    const expected = { kind, args: example, state: 'NEW' }
    t.match(JSON.parse(await inShell(`${run} -o json`)), expected, run)
    t.match(JSON.parse(await inShell(`${curl} -s`)), expected, curl)
  }
})

t.test('one kind is told of with its arguments', async t => {
  const { stdout } = await kinds('agent.replicante.io/test.loop')

  t.match(stdout, /^agent\.replicante\.io\/test\.loop\nCount to a target/)
  t.match(stdout, /ARGUMENT +TYPE +REQUIRED +DEFAULT\ntarget +integer, 1 to \d+ +- +10\n {4}How far to count\.\n/)
  t.match((await kinds('agent.replicante.io/debug.fail')).stdout, /Any arguments are taken\./)
  t.match((await kinds('sqlite.steward/vacuum', '-o', 'yaml')).stdout, /^kind: sqlite\.steward\/vacuum\n/)
})

t.test('a name that is none is told with the one that was meant: 12', async t => {
  const cases: Array<[string, string]> = [
    ['sqlite.steward/bakcup', 'sqlite.steward/backup'], ['backup', 'sqlite.steward/backup'], ['postgresql.steward/vacuum', 'sqlite.steward/vacuum']
  ]
  for (const [name, meant] of cases) t.match(await kinds(name), { code: 12, stderr: `No kind is named "${name}". Did you mean ${meant}?` })
  t.match(await kinds('\u001b[2J%/..?x#'), { code: 12, stderr: '"\\u{1b}[2J%/..?x#". steward kinds lists' })
})

t.test('schemas of any form are told of', async t => {
  const { rows, rest } = argumentRows({
    properties: {
      mode: { enum: ['full', 2], default: 'full' },
      target: { type: 'object', required: ['host'], properties: { host: { type: ['string', 'null'], maxLength: 9 }, deep: { properties: { x: {} } } } },
      steps: { type: 'array', items: { type: 'object', properties: { ms: { type: 'number', minimum: 0 } } } },
      either: { oneOf: [{ type: 'string' }, { const: 7 }] },
      odd: true
    },
    required: ['mode']
  })

  t.equal(rest, 'free')
  t.same(rows.map(({ name, type, required, fallback }) => [name, type, required, fallback]), [
    ['mode', 'full | 2', true, '"full"'],
    ['target', 'object', false, '-'],
    ['target.host', 'string | null, up to 9 characters', true, '-'],
    ['target.deep', 'object', false, '-'],
    ['target.deep.x', 'anything', false, '-'],
    ['steps', 'list of object', false, '-'],
    ['steps[].ms', 'number, from 0', false, '-'],
    ['either', 'string | 7', false, '-'],
    ['odd', 'anything', false, '-']
  ])
})

t.test('examples name the agent, the files and the variable that were used, and never a token', t => {
  const kind: Kind = {
    ...{ kind: 'a/b', summary: '', timeout_ms: null, on_interrupt: 'fail' as const },
    ...{ args: { properties: { text: { type: 'string' }, list: { type: 'array' } } }, example: { text: 'it\'s $HOME' } }
  }
  const flags = { url: 'https://h:1/base', token: 'stw_secret', cacert: 'my ca.pem' }

  t.equal(runLine(kind, flags), 'steward run a/b \'text=it\'\\\'\'s $HOME\' --url https://h:1/base --cacert \'my ca.pem\'')
  t.equal(runLine({ ...kind, example: { list: [1] } }, {}), 'steward run a/b --args \'{"list":[1]}\'')
  const curl = curlLine(kind, flags, { STEWARD_CERT: 'c', STEWARD_KEY: 'k' })
  t.match(curl, '--cacert \'my ca.pem\' --cert c --key k -H "authorization: Bearer $STEWARD_TOKEN"')
  t.match(curl, 'https://h:1/base/api/v1/actions')
  t.notMatch(curl, 'secret')
  t.match(curlLine(kind, {}, { STEWARD_TOKEN_FILE: 'f' }), '"authorization: Bearer $(cat f)"')
  t.end()
})
