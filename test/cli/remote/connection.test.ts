import { copyFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { createAuthority, noOpenssl, pem } from '../../support/certificates.js'
import { freePorts } from '../../support/free-ports.js'
import { runProgram, startProgram, type Ran } from '../../support/program.js'
import { startTcpServer } from '../../support/tcp-server.js'

const folder = t.testdir({ plain: {}, tls: {}, tokens: {} })

async function steward (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return await runProgram(args, { folder, env })
}

/** A server that answers everything in one way. */
async function answering (status: number, type: string, body: string): Promise<string> {
  const server = createServer((_request, answer) => { answer.writeHead(status, { 'content-type': type }).end(body) })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('without --url it is the agent that STEWARD_BIND has on this machine', async t => {
  const [port = 0] = await freePorts(1)
  await startProgram(t, { folder: join(folder, 'plain'), args: ['--bind', `127.0.0.1:${port}`] })

  t.match(await steward(['health'], { STEWARD_BIND: `0.0.0.0:${port}` }), { code: 0, stdout: 'ready\n' })
  t.match(await steward(['health'], { STEWARD_URL: 'http://127.0.0.1:9', STEWARD_BIND: 'x' }), { code: 10 })
  t.match(await steward(['health', '--url', `http://127.0.0.1:${port}/`], { STEWARD_URL: 'http://127.0.0.1:9' }), { code: 0 })
  t.match(await steward(['ls', '--url', `https://127.0.0.1:${port}`]), { code: 10, stderr: /does not speak TLS there; try http:\/\// })
})

t.test('what cannot be a connection is told before one is tried: 2', async t => {
  writeFileSync(join(folder, 'no.pem'), 'nothing')
  const cases: Array<[string[], RegExp]> = [
    [['--url', 'localhost:8000'], /is not the URL of an agent, such as/],
    [['--url', 'http://me:secret@h'], /holds a login; an agent takes tokens/],
    [['--url', 'ftp://me:secret@h'], /is not the URL of an agent, such as/],
    [['--url', 'http://h/?a=b'], /has no "\?" and no "#"/],
    [['--url', 'http://h/#a'], /has no "\?" and no "#"/],
    [['--token-file', 'none'], /none cannot be read: ENOENT/],
    [['--token', 'two words'], /characters that no token has/],
    [['--cert', 'no.pem'], /give both --cert and --key/],
    [['--cert', 'no.pem', '--key', 'no.pem'], /must be PEM files of a certificate and of its key/],
    [['--cacert', 'no.pem'], /--cacert holds no certificate/],
    [['--request-timeout', '0'], /a number of seconds/]
  ]
  for (const [flags, words] of cases) {
    const ran = await steward(['info', ...flags])
    t.match(ran, { code: 2, stderr: words, stdout: '' }, flags.join(' '))
    t.notMatch(ran.stderr, /secret|two words/)
  }
})

t.test('what answers and is no agent, or does not answer, is told as what it is', async t => {
  const [nobody = 0] = await freePorts(1)
  const hung = await startTcpServer(t, () => {})
  const at = (port: number): string => `http://127.0.0.1:${port}`
  const cases: Array<[string, number, RegExp]> = [
    [at(nobody), 10, /nothing listens there\. Does it run\?/],
    [at(hung.port), 10, /did not answer in time/],
    ['http://nowhere.invalid', 10, /has no address/],
    [await answering(502, 'text/html', '<html>\u001b[2JBad Gateway</html>'), 13, /The answer was 502 Bad Gateway\.\nsteward: this may be no Steward/],
    [await answering(200, 'text/html', '<html>Welcome</html>'), 10, /is no Steward/],
    [await answering(404, 'text/plain', ''), 12, /this may be no Steward/]
  ]
  for (const [url, code, words] of cases) t.match(await steward(['ls', '--url', url, '--request-timeout', '1']), { code, stderr: words, stdout: '' }, url)
  t.match(await steward(['events', '--url', at(hung.port), '--request-timeout', '1']), { code: 10, stderr: /did not answer in time/ })
})

t.test('an agent of another version, with fields that are not known here, is no trouble', async t => {
  const summary = { id: 'x', kind: 'a/b', state: 'PAUSED', lane: 'main', requester: '\u001b[2J\u202e', scheduled_ts: 'then', later: 1 }
  const url = await answering(200, 'application/json', JSON.stringify({ actions: [summary], next: null, gap: false, more: {} }))

  t.match(await steward(['ls', '--url', url]), { code: 0, stdout: /x {3}PAUSED {2}a\/b {3}then .*\\u\{1b\}\[2J\\u\{202e\}/ })
})

t.test('tokens: by flag, file and variable, and what is wrong with one: 11', async t => {
  const tokens = { STEWARD_ACCESS_TOKENS_FILE: join(folder, 'tokens.json') }
  const create = async (name: string, ...flags: string[]): Promise<string> =>
    (await steward(['token', 'create', '--name', name, ...flags], tokens)).stdout.trim()
  const [reader, writer] = [await create('reader', '--scope', 'read'), await create('writer', '--scope', 'schedule', '--expires', '1d')]
  const { url } = await startProgram(t, { folder: join(folder, 'tokens'), env: { ...tokens, STEWARD_ACCESS_LOCAL_SCOPES: '[]' } })
  writeFileSync(join(folder, 'reader.token'), `${reader}\n`)
  const env = { STEWARD_URL: url }

  t.match(await steward(['ls', '--token-file', 'reader.token'], { ...env, STEWARD_TOKEN: 'stw_other' }), { code: 0, stderr: '' })
  t.match(await steward(['info'], { ...env, STEWARD_TOKEN: reader }), { code: 0, stdout: /you {8}reader \(token\), from 127\.0\.0\.1; may read/ })
  t.match(await steward(['ls'], { ...env, STEWARD_TOKEN_FILE: 'reader.token' }), { code: 0 })
  t.match(await steward(['ls', '--token', reader], env), { code: 0 })
  t.match(await steward(['ls'], env), { code: 11, stderr: /Show a token with STEWARD_TOKEN or --token-file/ })
  const wrong = `${reader.slice(0, -2)}xx`
  const refused = await steward(['ls'], { ...env, STEWARD_TOKEN: wrong })
  t.match(refused, { code: 11 })
  t.match(await steward(['ls'], { ...env, STEWARD_TOKEN: writer }), { code: 11, stderr: /read/ })
  await steward(['token', 'revoke', 'writer'], tokens)
  t.notMatch(refused.stderr, wrong.slice(20), 'a token is never shown')
  t.match(await steward(['health'], env), { code: 0 }, 'health needs none')
})

t.test('TLS: authorities, certificates and keys', { skip: noOpenssl }, async t => {
  const authority = createAuthority(t)
  const server = authority.sign('server', { alternativeNames: 'IP:127.0.0.1' })
  const client = authority.sign('client', { subject: '/O=Ops/CN=core' })
  const stranger = createAuthority(t, 'Another').sign('stranger')
  const { url } = await startProgram(t, {
    folder: join(folder, 'tls'),
    env: {
      STEWARD_TLS_SERVER_CERT: server.cert,
      STEWARD_TLS_SERVER_KEY: server.key,
      STEWARD_TLS_CLIENTS_CA_BUNDLE: authority.cert
    }
  })
  for (const [file, name] of [[authority.cert, 'ca.pem'], [client.cert, 'c.pem'], [client.key, 'k.pem']] as const) copyFileSync(file, join(folder, name))
  const [ca, pair] = [['--cacert', 'ca.pem'], ['--cert', 'c.pem', '--key', 'k.pem']]
  const info = async (...flags: string[]): Promise<Ran> => await steward(['info', '--url', url, ...flags])

  t.match(await info(...ca, ...pair), { code: 0, stdout: /you {8}core \(certificate\)/ })
  t.match(await steward(['info'], { STEWARD_URL: url, STEWARD_CACERT: 'ca.pem', STEWARD_CERT: 'c.pem', STEWARD_KEY: 'k.pem' }), { code: 0 })
  t.match(await info(), { code: 10, stderr: /is not trusted here.*Name its authority with --cacert/ })
  t.match(await info(...ca), { code: 10, stderr: /without a certificate that the agent takes: see --cert and --key/ })
  t.match(await info(...ca, '--cert', stranger.cert, '--key', stranger.key), { code: 10, stderr: /without a certificate that the agent takes/ })
  t.match(await info(...ca, '--cert', 'c.pem', '--key', server.key), { code: 2, stderr: /does not belong to the certificate/ })
  t.match(await info(...ca, ...pair, '--url', url.replace('127.0.0.1', 'localhost')), { code: 10, stderr: /is for another name/ })
  t.match(await steward(['info', '--url', url.replace('https', 'http')]), { code: 2, stderr: /encrypted connections only: use https/ })
  t.notMatch((await info(...ca, ...pair, '-o', 'json')).stdout, pem(client.key).split('\n')[1] ?? '')
})
