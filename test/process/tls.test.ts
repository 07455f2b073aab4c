import { execFile, spawnSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { type ConfigError, loadConfig } from '../../src/config/load.js'
import { createAuthority, hence, noOpenssl, pem, shown, type KeyPair } from '../support/certificates.js'
import { eventually } from '../support/eventually.js'
import { ask } from '../support/https-client.js'
import { runProgram, startProgram } from '../support/program.js'

const actions = '/api/v1/actions'
const noCurl = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed: apt-get install curl'

if (noOpenssl !== false) t.plan(0, noOpenssl)
else suite()

function suite (): void {
  const authority = createAuthority(t)
  const server = authority.sign('server', { alternativeNames: 'DNS:localhost,IP:127.0.0.1' })
  const anybody = { ca: pem(authority.cert) }
  const client = authority.sign('client', { subject: '/O=Ops/CN=core-1' })
  /** The settings of TLS as variables. */
  const tlsWith = ({ cert, key }: KeyPair, clients: string = authority.cert) =>
    ({ STEWARD_TLS_SERVER_CERT: cert, STEWARD_TLS_SERVER_KEY: key, STEWARD_TLS_CLIENTS_CA_BUNDLE: clients })

  t.test('a client is the principal that its certificate is mapped to, and its actions say so', async t => {
    const managers = { subjects: ['CN=core-*, O=Ops'], scopes: ['read', 'schedule', 'cancel'] }
    const watchers = { alternative_names: ['URI:spiffe://prod/*'], scopes: ['read'] }
    const folder = t.testdir()
    const { url, output } = await startProgram(t, {
      folder, env: { ...tlsWith(server), STEWARD_ACCESS_CERTIFICATES: JSON.stringify({ managers, watchers }) }
    })
    t.match(url, /^https:/)
    t.match(output(), /"subject":"CN=server","names":\["DNS:localhost","IP:127\.0\.0\.1"\],"until":"20/)
    t.match(output(), 'connections are encrypted')
    const watcher = { ...anybody, ...shown(authority.sign('watcher', { alternativeNames: 'URI:spiffe://prod/watcher' })) }
    const stranger = { ...anybody, ...shown(authority.sign('stranger')) }
    const wish = {
      method: 'POST', headers: { 'content-type': 'application/json' }, send: '{"kind":"agent.replicante.io/debug.success"}'
    }

    const scheduled = await ask(`${url}${actions}`, { ...anybody, ...shown(client), ...wish })
    t.match(JSON.parse(scheduled.body), { principal: 'managers', remote_address: '127.0.0.1' })
    t.equal((await ask(`${url}${actions}`, watcher)).status, 200)
    t.equal((await ask(`${url}${actions}`, { ...watcher, ...wish })).status, 403)
    t.equal((await ask(`${url}${actions}`, stranger)).status, 401)
    await t.rejects(ask(`${url}${actions}`, anybody))
  })

  t.test('the first lines have a curl line that works as printed', { skip: noCurl }, async t => {
    const folder = t.testdir()
    const { output } = await startProgram(t, { folder, env: tlsWith(server) })
    for (const [file, name] of [[authority.cert, 'CA.pem'], [client.cert, 'CLIENT.pem'], [client.key, 'CLIENT.key']] as const) {
      copyFileSync(file, join(folder, name))
    }
    const line = await eventually('the line is there', () => /curl --cacert .*$/m.exec(output())?.[0])

    const { stdout } = await promisify(execFile)('sh', ['-c', line], { cwd: folder })

    t.match(JSON.parse(stdout), { principal: 'core-1', state: 'NEW' })
  })

  t.test('check says whose certificate it is, when it ends, and under which names clients will refuse it', async t => {
    const soon = authority.sign('soon', { alternativeNames: 'DNS:*.example.com', until: hence(10) })
    const env = { ...tlsWith(soon), STEWARD_HTTP_HOSTS: 'node-1.example.com,node-1.other.example' }

    const { code, stdout } = await runProgram(['check'], { folder: t.testdir(), env })

    t.equal(code, 0)
    t.match(stdout, /^Connections are encrypted as CN=soon, DNS:\*\.example\.com, until 20.*Z; client certificates are required\.$/m)
    t.match(stdout, /^Beware: the certificate of the agent ends soon, at 20.*Z: renew it\.$/m)
    t.match(stdout, /^Beware: the certificate of the agent does not name 127\.0\.0\.1: clients/m)
    t.match(stdout, /^Beware: the certificate of the agent does not name node-1\.other\.example: clients/m)
    t.notMatch(stdout, 'does not name node-1.example.com')
  })

  t.test('revocation lists that have expired are told of: they lock everybody out', async t => {
    const folder = t.testdir({ 'crl.pem': authority.revoke() })
    const program = { folder, env: { ...tlsWith(server), STEWARD_TLS_CLIENTS_CRL: 'crl.pem' } }
    t.notMatch((await runProgram(['check'], program)).stdout, 'tls.clients_crl')
    writeFileSync(join(folder, 'crl.pem'), authority.listUntil(hence(-1)))

    t.match((await runProgram(['check'], program)).stdout, /^Beware: a list in tls\.clients_crl has expired at 20.*: clients of/m)
  })

  t.test('with a certificate that has expired the agent starts, and says so', async t => {
    const expired = authority.sign('expired', { from: hence(-3), until: hence(-1) })
    const { output } = await startProgram(t, { folder: t.testdir(), env: tlsWith(expired) })
    t.match(output(), /"level":"warn".*the certificate of the agent has expired at 20/)
  })

  t.test('files that cannot be used stop the start, each with a line', async t => {
    const folder = t.testdir({ 'empty.pem': '', 'cut.pem': pem(server.cert).slice(0, 200) })
    const encrypted = join(folder, 'encrypted.key')
    spawnSync('openssl', ['pkey', '-in', server.key, '-aes256', '-passout', 'pass:x', '-out', encrypted])
    const linesOf = async (env: Record<string, string>) => (await runProgram(['serve'], { folder, env })).stderr.trim().split('\n')

    t.strictSame(await linesOf(tlsWith({ cert: 'nowhere.pem', key: encrypted }, 'empty.pem')), [
      "steward: tls.server_cert: nowhere.pem cannot be read: ENOENT: no such file or directory, stat 'nowhere.pem'",
      `steward: tls.server_key: ${encrypted} is encrypted: the agent knows no passphrase; protect the file by its permissions instead`,
      'steward: tls.clients_ca_bundle: empty.pem holds no certificate in PEM'
    ])
    t.strictSame(await linesOf(tlsWith({ cert: client.cert, key: server.key }, 'cut.pem')), [
      'steward: tls.clients_ca_bundle: cut.pem is cut off in the middle of a PEM block',
      `steward: tls.server_key: ${server.key} does not belong to the first certificate in ${client.cert}, which must be that of the agent`
    ])
    const { code } = await runProgram(['check'], { folder, env: tlsWith({ cert: folder, key: server.key }) })
    t.equal(code, 2)
  })

  t.test('settings that mean nothing without another are refused', t => {
    const refused = (tls: Record<string, string>): readonly string[] => {
      const env = Object.fromEntries(Object.entries(tls).map(([key, value]) => [`STEWARD_TLS_${key.toUpperCase()}`, value]))
      try {
        loadConfig({ env })
        return []
      } catch (error) {
        return (error as ConfigError).lines
      }
    }
    t.strictSame(refused({ server_cert: 'a' }), ['tls.server_cert: must not be given without tls.server_key (STEWARD_TLS_SERVER_CERT)'])
    t.strictSame(refused({ server_key: 'a' }), ['tls.server_key: must not be given without tls.server_cert (STEWARD_TLS_SERVER_KEY)'])
    t.strictSame(refused({ clients_ca_bundle: 'a', clients_crl: 'b' }), [
      'tls.clients_ca_bundle: must not be given without tls.server_cert (STEWARD_TLS_CLIENTS_CA_BUNDLE)'
    ])
    t.strictSame(refused({ server_cert: 'a', server_key: 'b', clients_crl: 'c' }), [
      'tls.clients_crl: must not be given without tls.clients_ca_bundle (STEWARD_TLS_CLIENTS_CRL)'
    ])
    t.strictSame(refused({ server_cert: 'a', server_key: 'b' }), [])
    t.end()
  })
}
