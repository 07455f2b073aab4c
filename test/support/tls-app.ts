import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerCertificate } from '../../src/domain/ports/access.js'
import { createTlsKeeper } from '../../src/http/tls/keeper.js'
import { realAccess } from './access.js'
import { createAuthority, pem, shown, type Authority, type KeyPair } from './certificates.js'
import { temporaryFolder, type Teardown } from './engine.js'
import { openHttpApp, type HttpApp, type HttpAppOptions } from './http-app.js'
import { ask } from './https-client.js'
import { recordLog } from './log-record.js'

/** What the certificates of a suite are. */
export interface TlsParties {
  readonly authority: Authority
  /** The agent's certificate, for localhost and 127.0.0.1. */
  readonly server: KeyPair
  /** Another one for the same names. */
  readonly renewed: KeyPair
  /** A client's: `/O=Ops/CN=core`. */
  readonly client: KeyPair
  /** What a client knows that trusts the authority, and shows no certificate. */
  readonly anybody: { readonly ca: string }
  /** What that client knows. */
  readonly core: { readonly ca: string, readonly cert: string, readonly key: string }
}

/** Makes an authority, and what most tests of a suite need of it. */
export function createTlsParties (t: Teardown): TlsParties {
  const authority = createAuthority(t)
  const names = { alternativeNames: 'DNS:localhost,IP:127.0.0.1' }
  const [server, renewed] = [authority.sign('server', names), authority.sign('renewed', names)]
  const client = authority.sign('client', {
    subject: '/O=Ops/CN=core', alternativeNames: 'DNS:core.example.com,URI:spiffe://prod/core'
  })
  const ca = pem(authority.cert)
  return { authority, server, renewed, client, anybody: { ca }, core: { ca, ...shown(client) } }
}

/** How a server with TLS differs from the usual one. */
export interface TlsWish {
  /** Default: required. */
  readonly clients?: 'required' | 'optional' | 'not asked'
  /** The text of the revocation lists. */
  readonly crl?: string
  readonly config?: NonNullable<HttpAppOptions['config']>
}

/** A server with TLS, on files that a test may change. */
export interface TlsApp extends HttpApp {
  readonly url: string
  /** Where the file is: server.pem, server.key, ca.pem, crl.pem. */
  readonly path: (name: string) => string
  /** Replaces a file at once. */
  readonly put: (name: string, text: string) => void
  /** Replaces certificate and key of the agent. */
  readonly renew: (pair: KeyPair) => void
  /** The certificates that access was told of, request by request. */
  readonly seen: ReadonlyArray<PeerCertificate | undefined>
  /** Why it was told that certificates were not taken. */
  readonly seenRefused: readonly string[]
  /** What was logged of the files. */
  readonly told: () => readonly string[]
  /** The reasons for which clients were refused, as logged, with the number of those that were not told of. */
  readonly refusals: () => readonly unknown[]
  /** Lets time go by for the server, beside what goes by anyway. */
  readonly wait: (ms: number) => void
  /** Lets the files be looked at again at the next connection. */
  readonly look: () => void
  /** The serial number of the certificate that the server shows to a new connection. */
  readonly serial: () => Promise<string>
}

/** Opens a server with TLS, which is closed at the end of the test. */
export async function openTlsApp (t: Teardown, parties: TlsParties, wish: TlsWish = {}): Promise<TlsApp> {
  const { authority, server, core } = parties
  const { clients = 'required', crl, config = {} } = wish
  const { path, put } = replaceableFiles(t)
  const renew = (pair: KeyPair): void => {
    put('server.key', pem(pair.key))
    put('server.pem', pem(pair.cert))
  }
  renew(server)
  put('ca.pem', pem(authority.cert))
  if (crl !== undefined) put('crl.pem', crl)
  let ahead = 0
  const record = recordLog()
  const tls = createTlsKeeper({
    settings: {
      server_cert: path('server.pem'),
      server_key: path('server.key'),
      clients_ca_bundle: clients === 'not asked' ? null : path('ca.pem'),
      clients_crl: crl === undefined ? null : path('crl.pem'),
      clients: clients === 'optional' ? 'optional' : 'required'
    },
    log: record.log,
    clock: { now: () => Date.now() + ahead }
  })
  const seen: Array<PeerCertificate | undefined> = []
  const seenRefused: string[] = []
  const access = realAccess()
  const app = await openHttpApp(t, {
    config,
    tls,
    access: {
      ...access,
      identify (credentials) {
        seen.push(credentials.certificate)
        if (credentials.certificateRefused !== undefined) seenRefused.push(credentials.certificateRefused)
        return access.identify(credentials)
      }
    }
  })
  const url = await app.listen()
  return {
    ...app,
    ...{ url, path, put, renew, seen, seenRefused },
    told: record.lines,
    refusals: () => app.logged().flatMap(({ level, address, reason, unsaid }) =>
      Number(level) < 40 || address !== '127.0.0.1' ? [] : [unsaid === undefined ? reason : [reason, unsaid]]),
    wait: ms => { ahead += ms },
    look: () => { ahead += 1001 },
    serial: async () => (await ask(`${url}/livez`, core)).server.serialNumber
  }
}

function replaceableFiles (t: Teardown): Pick<TlsApp, 'path' | 'put'> {
  const folder = temporaryFolder(t)
  const path = (name: string): string => join(folder, name)
  return {
    path,
    put (name, text) {
      writeFileSync(path(`${name}.new`), text)
      renameSync(path(`${name}.new`), path(name))
    }
  }
}
