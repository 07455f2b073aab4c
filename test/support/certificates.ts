import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder, type Teardown } from './engine.js'

/** Why certificates cannot be made here; false when they can. */
export const noOpenssl = spawnSync('openssl', ['version']).status === 0
  ? false
  : 'openssl is not installed: apt-get install openssl'

/** The paths of a certificate and of its private key, both PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** What a certificate is to say. */
export interface CertificateWish {
  /** As `openssl -subj` takes it. Default: `/CN=` and the name. */
  readonly subject?: string
  /** As the extension `subjectAltName` takes it, for example `DNS:localhost,IP:127.0.0.1`; more sections may follow. */
  readonly alternativeNames?: string
  /** Default: an hour ago. */
  readonly from?: Date
  /** Default: in 30 days. */
  readonly until?: Date
}

/** An authority that signs certificates. */
export interface Authority extends KeyPair {
  /** Makes a key and a certificate with it. */
  sign (name: string, wish?: CertificateWish): KeyPair
  /** Revokes certificates of its own, beside those that were before; the text of the new revocation list. */
  revoke (...pairs: readonly KeyPair[]): string
  /** The text of a revocation list that expires at that time, which may be over. */
  listUntil (date: Date): string
}

/** The text of a PEM file of a pair. */
export function pem (path: string): string {
  return readFileSync(path, 'utf8')
}

/** The certificate and the key of a pair, as `node:tls` takes them. */
export function shown ({ cert, key }: KeyPair): { readonly cert: string, readonly key: string } {
  return { cert: pem(cert), key: pem(key) }
}

/** Makes an authority in a folder of its own, which goes at the end of the test. About 30 ms; a certificate, 100. */
export function createAuthority (t: Teardown, name = 'Test authority'): Authority {
  const folder = temporaryFolder(t)
  const at = (file: string): string => join(folder, file)
  const openssl = opensslIn(folder)
  writeFileSync(at('index.txt'), '')
  writeFileSync(at('serial'), '01\n')
  writeFileSync(at('crlnumber'), '01\n')
  writeFileSync(at('ca.cnf'), caConfig)
  openssl(...[
    'req', '-x509', ...newKey, '-days', '30', '-subj', `/CN=${name}`, '-keyout', 'ca.key', '-out', 'ca.pem',
    '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'
  ])

  return {
    cert: at('ca.pem'),
    key: at('ca.key'),
    sign (name, { subject = `/CN=${name}`, alternativeNames, from = hence(-1 / 24), until = hence(30) } = {}) {
      openssl('req', '-new', ...newKey, '-utf8', '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`)
      const extensions = alternativeNames === undefined ? '' : `subjectAltName=${alternativeNames}\n`
      writeFileSync(at(`${name}.cnf`), `[ext]\nbasicConstraints=CA:FALSE\n${extensions}`)
      openssl(...[
        'ca', '-batch', '-notext', '-config', 'ca.cnf', '-utf8', '-preserveDN', '-startdate', opensslDate(from), '-enddate', opensslDate(until),
        '-extfile', `${name}.cnf`, '-extensions', 'ext', '-in', `${name}.csr`, '-out', `${name}.pem`
      ])
      return { cert: at(`${name}.pem`), key: at(`${name}.key`) }
    },
    revoke (...pairs) {
      for (const { cert } of pairs) openssl('ca', '-batch', '-config', 'ca.cnf', '-revoke', cert)
      openssl('ca', '-batch', '-config', 'ca.cnf', '-gencrl', '-crldays', '30', '-out', 'crl.pem')
      return pem(at('crl.pem'))
    },
    listUntil (date) {
      const dates = ['-crl_lastupdate', opensslDate(hence(-30)), '-crl_nextupdate', opensslDate(date)]
      openssl('ca', '-batch', '-config', 'ca.cnf', '-gencrl', ...dates, '-out', 'crl.pem')
      return pem(at('crl.pem'))
    }
  }
}

/** Makes a certificate that no authority has signed, in a folder that goes at the end of the test. */
export function createSelfSigned (t: Teardown): KeyPair {
  const folder = temporaryFolder(t)
  opensslIn(folder)(...[
    'req', '-x509', ...newKey, '-days', '30', '-subj', '/CN=core', '-keyout', 'own.key', '-out', 'own.pem',
    '-addext', 'basicConstraints=CA:FALSE'
  ])
  return { cert: join(folder, 'own.pem'), key: join(folder, 'own.key') }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

function opensslIn (cwd: string): (...args: readonly string[]) => void {
  return (...args) => { execFileSync('openssl', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] }) }
}

/** The time in so many days. */
export function hence (days: number): Date {
  return new Date(Date.now() + days * 86_400_000)
}

function opensslDate (date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
}

const caConfig = `[ca]
default_ca=own
[own]
database=index.txt
serial=serial
crlnumber=crlnumber
new_certs_dir=.
certificate=ca.pem
private_key=ca.key
default_md=sha256
policy=any
unique_subject=no
[any]
commonName=optional
`
