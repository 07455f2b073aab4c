import { execFileSync, spawnSync } from 'node:child_process'
import { chownSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../support/eventually.js'
import type { PostgresqlServer } from '../../support/postgresql.js'

/** Why encryption cannot be tried here; false when it can. */
export const noOpenssl = spawnSync('openssl', ['version']).status === 0
  ? false
  : 'openssl is not installed: apt-get install openssl'

/** Makes a server offer encryption, with a certificate for 127.0.0.1; the path of the certificate. */
export async function offerEncryption (server: PostgresqlServer): Promise<string> {
  const [key, certificate] = ['key.pem', 'cert.pem'].map(name => join(server.dataDir, name)) as [string, string]
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]
  ], { stdio: 'ignore' })
  const { uid, gid } = statSync(server.dataDir)
  for (const file of [key, certificate]) chownSync(file, uid, gid)
  for (const setting of ["ssl_cert_file = 'cert.pem'", "ssl_key_file = 'key.pem'", 'ssl = on']) {
    await server.sql(`alter system set ${setting}`)
  }
  await server.sql('select pg_reload_conf()')
  await eventually('the server offers encryption', async () => (await server.sql('show ssl'))[0]?.['ssl'] === 'on')
  return certificate
}
