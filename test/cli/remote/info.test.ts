import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { runProgram, startProgram, type Ran } from '../../support/program.js'

const folder = t.testdir()
const { url } = await startProgram(t, { folder })

async function steward (...args: string[]): Promise<Ran> {
  return await runProgram(args, { folder, env: { STEWARD_URL: url } })
}

/** A server that answers some paths, each with a status and a body. */
async function answering (answers: Readonly<Record<string, readonly [number, unknown]>>): Promise<string> {
  const server = createServer((request, response) => {
    const [status, body] = answers[request.url ?? ''] ?? [404, {}]
    response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('info tells of the agent, of the datastore, and who asks', async t => {
  const { code, stdout } = await steward('info')

  t.equal(code, 0)
  t.match(stdout, /^agent {6}\d+\.\d+\.\d+.*\nstarted {4}\d{4}-.*Z\nyou {8}local \(local\), from 127\.0\.0\.1; may admin\ndatastore {2}sqlite 3/)
  t.match(stdout, /^node {7}\S+, HEALTHY/m)
  const data = JSON.parse((await steward('info', '-o', 'json')).stdout) as unknown
  t.match(data, { agent: { number: /^\d/, started_ts: /Z$/, actions_disabled: null }, you: { name: 'local' }, datastore: { kind: 'sqlite' } })
  t.match((await steward('shards')).stdout, /^SHARD +ROLE +WRITTEN +BEHIND\n\S+ +primary/)
})

t.test('a datastore that is down is told, and what it says does not move the terminal', async t => {
  const node = { id: 'n\u001b[2J', status: 'UNAVAILABLE', status_reason: 'gone\u202e', addresses: {}, attributes: { motd: 'x\u009b1m\u202e' } }
  const problem = { type: '/problems/datastore-unavailable', title: '', status: 503, detail: 'down', instance: 'urn:x', node }
  const other = await answering({
    '/api/v1/info/agent': [200, {
      version: { number: '9.9.9', checkout: 'c', taint: 'not tainted' }, started_ts: '2026-11-01T00:00:00.000Z', actions_disabled: 'x\u009b'
    }],
    '/api/v1/whoami': [200, { name: 'you\u202e', method: 'token', scopes: [], remote_address: '::1' }],
    '/api/v1/info/datastore': [503, problem],
    '/readyz': [503, 'not ready: \u001b[2Jthe disk is full'],
    '/api/v1/shards': [200, '{"shards":[{"id":"s\\u001b","role":"primary","commit_offset":{"value":9223372036854775807,"unit":"u"},"lag":null}]}']
  })

  const { code, stdout } = await steward('info', '--url', other)
  t.equal(code, 0)
  t.match(stdout, /^actions {4}none are taken or run: x\\u\{9b\}$/m)
  t.match(stdout, /n\\u\{1b\}\[2J, UNAVAILABLE: gone\\u\{202e\}/)
  t.notMatch(stdout, /[^\P{C}\n]/u)
  const shards = await steward('shards', '--url', other)
  t.match(shards.stdout, /s\\u\{1b\} +primary {2}9223372036854775807 u {2}-\n$/)
  t.match((await steward('shards', '--url', other, '-o', 'json')).stdout, '"value": 9223372036854775807')
  const health = await steward('health', '--url', other)
  t.match(health, { code: 14, stdout: '', stderr: /^steward: the agent is not ready: .*\\u\{1b\}\[2Jthe disk is full/ })
})
